"""What messages cost, and what is left on the provider's account."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Numeric
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt


class Price(Base):
    """One part of a message to numbers that begin so; the longest beginning that fits holds, an empty one for all."""

    __tablename__ = "prices"

    channel: Mapped[str] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 6))
    currency: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[CreatedAt]


class BalanceRow(Base):
    """The balance as the provider told it last; a null amount is unknown, and never zero."""

    __tablename__ = "balances"

    channel: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 6))
    currency: Mapped[str | None]
    read_at: Mapped[datetime]
    warned_at: Mapped[datetime | None]
    """When operators were told that it runs low; null again once it does not."""
