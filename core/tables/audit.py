"""The audit: who did what, when, and through which door."""

from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id


class AuditEntry(Base):
    """`actor` is `operator:<id>`, `telegram:<id>`, `command` or `system`; `subject` is `campaign:12` and the like."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject", "subject", "id"),)

    id: Mapped[Id]
    at: Mapped[CreatedAt]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
