"""Mailboxes that are read for what comes back: how far, when last, and what was wrong."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base


class MailboxRow(Base):
    """Messages up to `last_uid` have been read; the number speaks only of the folder's `uid_validity` (RFC 9051)."""

    __tablename__ = "mailboxes"

    name: Mapped[str] = mapped_column(primary_key=True)
    """A hash of where it is; its address is nobody else's business."""
    uid_validity: Mapped[int | None] = mapped_column(BigInteger)
    last_uid: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    tried_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    """When it was last read to its end."""
    problem: Mapped[str | None]
    """A code as in errors; null while all is well."""
    params: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
