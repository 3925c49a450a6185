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
    taken: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    reason: Mapped[str]
    inputs: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    decided_by: Mapped[str]
    decided_at: Mapped[CreatedAt]
