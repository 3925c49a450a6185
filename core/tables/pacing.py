"""Our own limit: how many messages a scope may send on a day, why that many, and how many slots are taken."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Date, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt


class DailyLimit(Base):
    """One day of one scope (`account`, or `sender:<id>`). Slots are reserved in the transaction that claims."""

    __tablename__ = "daily_limits"
    __table_args__ = (CheckConstraint("taken <= ceiling", name="holds"), {"postgresql_with": {"fillfactor": "50"}})

    scope: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    ceiling: Mapped[int] = mapped_column(Integer)
    meant: Mapped[int | None] = mapped_column(Integer)
    """The limit that a person set below what had left already: the days after go on from it."""
    taken: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    tests: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """How many of the taken slots were for test mails, which count in no share."""
    action: Mapped[str]
    """What was done with the limit of the day before …"""
    reason: Mapped[str]
    """… and what spoke for it."""
    inputs: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """The figures that were looked at, as core.rules.pacing keeps them."""
    counted: Mapped[dict[str, Any] | None]
    """The day's own figures, written when it is closed."""
    released: Mapped[dict[str, Any] | None]
    """What had come together when a person released a block: it does not block again."""
    decided_by: Mapped[str]
    decided_at: Mapped[CreatedAt]
