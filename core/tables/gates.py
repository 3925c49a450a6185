"""Gates: what a whole campaign, sender or channel waits for, said once."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id, only
from core.vocabulary import GateScope


class Gate(Base):
    """While it stands and `until` is not past, the claim takes nothing in its scope."""

    __tablename__ = "gates"
    __table_args__ = (only("scope", GateScope), UniqueConstraint("scope", "key"))

    id: Mapped[Id]
    scope: Mapped[str]
    key: Mapped[str]
    """The campaign's or sender's id, the channel's name, or `account`."""
    reason: Mapped[str]
    """`paused`, `daily_limit`, `balance_too_low`, `relay_unavailable`, `channel_halted` …"""
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    since: Mapped[CreatedAt]
    until: Mapped[datetime | None]
    set_by: Mapped[str]
