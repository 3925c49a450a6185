"""Who may not be contacted, on which list, since when and why."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id, only
from core.vocabulary import SuppressionList


class Suppression(Base):
    """An entry names a contact, or the keyed hash of an address; a null channel, purpose or topic means all of them."""

    __tablename__ = "suppressions"
    __table_args__ = (
        only("list", SuppressionList),
        CheckConstraint("contact_id IS NOT NULL OR address_key IS NOT NULL", name="names_someone"),
        Index(
            "uq_suppressions_address",
            "address_key",
            "list",
            "channel",
            "purpose",
            "topic",
            unique=True,
            postgresql_where=text("released_at IS NULL AND address_key IS NOT NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        Index(
            "uq_suppressions_contact",
            "contact_id",
            "list",
            "channel",
            "purpose",
            "topic",
            unique=True,
            postgresql_where=text("released_at IS NULL AND contact_id IS NOT NULL AND address_key IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_suppressions_contact_id", "contact_id", postgresql_where=text("address_key IS NOT NULL")),
    )

    id: Mapped[Id]
    list: Mapped[str]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"))
    channel: Mapped[str | None]
    address_key: Mapped[bytes | None]
    purpose: Mapped[str | None]
    topic: Mapped[str | None]
    """Where only campaigns of one topic are unwanted."""
    source: Mapped[str]
    """What put it there: `link`, `one_click`, `bounce`, `import`, `person` …"""
    delivery_id: Mapped[int | None]
    added_by: Mapped[str | None]
    added_at: Mapped[CreatedAt]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
