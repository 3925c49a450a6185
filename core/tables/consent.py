"""Consents, given and withdrawn: append-only, the latest record of a contact, channel and purpose counts."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id


class Consent(Base):
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
    given: Mapped[bool]
    """False: declined or withdrawn."""
    way: Mapped[str]
    """`link`, `button`, `import`, `person`, `one_click` …"""
    wording: Mapped[str | None]
    """The text that was agreed to, as it was."""
    wording_version: Mapped[str | None]
    language: Mapped[str | None]
    at: Mapped[datetime]
    recorded_at: Mapped[CreatedAt]
