"""Consents, given and withdrawn, and the requests for them: who was asked once is not asked again."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id


class Consent(Base):
    """Append-only: the latest record of a contact, channel and purpose counts."""

    __tablename__ = "consents"
    __table_args__ = (
        Index("ix_consents_latest", "channel", "purpose", "contact_id", "id", postgresql_include=["given"]),
        Index("ix_consents_contact_id", "contact_id"),
    )

    id: Mapped[Id]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    identity_id: Mapped[int | None]
    channel: Mapped[str]
    purpose: Mapped[str]
    """`marketing`, or `topic:<key>` for one topic alone: the one says nothing of the other."""
    given: Mapped[bool]
    """False: declined or withdrawn."""
    way: Mapped[str]
    """`link`, `button`, `import`, `person`, `one_click` …"""
    source: Mapped[str | None]
    """Where it was given, if it was brought in from elsewhere."""
    wording: Mapped[str | None]
    """The text that was agreed to, as it was."""
    wording_version: Mapped[str | None]
    language: Mapped[str | None]
    at: Mapped[datetime]
    recorded_at: Mapped[CreatedAt]


class ConsentRequest(Base):
    """That a contact was asked: once in their life, and once more each time that a person asks explicitly.

    The letter that asks is the delivery of `origin_id` to this contact.
    """

    __tablename__ = "consent_requests"
    __table_args__ = (
        UniqueConstraint("contact_id", "channel", "purpose", "round"),
        Index("ix_consent_requests_origin_id", "origin_id", "contact_id"),
    )

    id: Mapped[Id]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    origin_id: Mapped[int] = mapped_column(ForeignKey("origins.id", ondelete="CASCADE"))
    channel: Mapped[str]
    purpose: Mapped[str]
    round: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    """Rises when a person asks once more."""
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    given: Mapped[bool | None]
    answered_at: Mapped[datetime | None]
    """When it was answered, by whatever way; null as long as deliveries may wait for it."""
