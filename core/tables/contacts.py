"""People, their addresses on each channel, and the attributes that this installation knows of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id, only
from core.vocabulary import AttributeType


class Contact(Base):
    """A person. `attributes` holds values by key, typed as table `attributes` says (dates as ISO 8601 text)."""

    __tablename__ = "contacts"

    id: Mapped[Id]
    external_id: Mapped[str | None] = mapped_column(unique=True)
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    language: Mapped[str | None]
    country: Mapped[str | None]
    timezone: Mapped[str | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[CreatedAt]
    erased_at: Mapped[datetime | None]


class Identity(Base):
    """An address of a contact on a channel; immutable: a changed address is a new identity, the old one ended.

    Two contacts may share an address (a household's mailbox); one contact holds an address only once.
    """

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("contact_id", "channel", "address_key"),
        Index("ix_identities_address_key", "address_key", postgresql_include=["channel", "ended_at"]),
        Index(
            "uq_identities_live",
            "channel",
            "contact_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            postgresql_include=["id", "address_key", "invalid", "textless"],
        ),
    )

    id: Mapped[Id]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    """Null for an address that only tests are sent to."""
    channel: Mapped[str]
    address: Mapped[str | None]
    """Null once the person is erased."""
    address_key: Mapped[bytes]
    """Keyed hash of the normalised address."""
    invalid: Mapped[bool] = mapped_column(server_default=text("false"))
    """Refused by the provider as an address that cannot exist."""
    textless: Mapped[bool] = mapped_column(server_default=text("false"))
    """Of a landline, a hotline or the like, as its country's numbering plan says: an SMS does not arrive there."""
    created_at: Mapped[CreatedAt]
    ended_at: Mapped[datetime | None]
    import_id: Mapped[int | None]
    """By which it came. No foreign key: an import that is forgotten would look through a million addresses."""
    import_row: Mapped[int | None] = mapped_column(Integer)
    """Which row of that file, as a spreadsheet counts."""


BEGINNING = {"lower": "text_pattern_ops"}
"""By these one is found by the beginning of a name or of an email address, whatever the database's locale."""
Index("ix_contacts_first_name", func.lower(Contact.first_name).label("lower"), postgresql_ops=BEGINNING)
Index("ix_contacts_last_name", func.lower(Contact.last_name).label("lower"), postgresql_ops=BEGINNING)
Index(
    "ix_identities_email",
    func.lower(Identity.address).label("lower"),
    postgresql_where=text("channel = 'email' AND ended_at IS NULL"),
    postgresql_ops=BEGINNING,
)


class Attribute(Base):
    """One attribute that contacts may have, with the type of its values."""

    __tablename__ = "attributes"
    __table_args__ = (only("type", AttributeType),)

    key: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    type: Mapped[str]
    created_at: Mapped[CreatedAt]


class Revision(Base):
    """A counter that moves when contacts, lists or consents change; what was computed at an older one is stale."""

    __tablename__ = "revisions"

    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
