"""Reading prices and balances."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.messages import Money
from core.tables.campaigns import SenderRow
from core.tables.contacts import Identity
from core.tables.prices import BalanceRow, Price

FRESH = timedelta(minutes=10)
"""For how long a balance that was read is believed."""
AGAIN = timedelta(seconds=30)


def table(session: Session, channel: str | None = None) -> Sequence[Price]:
    statement = select(Price).order_by(Price.channel, Price.prefix)
    return session.scalars(statement if channel is None else statement.where(Price.channel == channel)).all()


def price_of(channel: str) -> ScalarSelect[Decimal]:
    """The price of one part to the identity at hand, by the longest beginning that fits; null where none does."""
    fits = Identity.address.startswith(Price.prefix, autoescape=False)
    return (
        select(Price.amount)
        .where(Price.channel == channel, fits)
        .order_by(func.length(Price.prefix).desc())
        .limit(1)
        .correlate(Identity)
        .scalar_subquery()
    )


def dearest(session: Session, channel: str) -> Decimal:
    """What one part costs at most; zero where nobody has said."""
    return session.scalar(select(func.max(Price.amount)).where(Price.channel == channel)) or Decimal(0)


def currency(session: Session, channel: str) -> str | None:
    return session.scalar(select(Price.currency).where(Price.channel == channel).limit(1))


def balance(session: Session, channel: str, now: datetime) -> Money | None:
    """What was left when it was last read; None if that is unknown, or too long ago to be believed."""
    row = session.get(BalanceRow, channel)
    if row is None or row.amount is None or row.currency is None or row.read_at < now - FRESH:
        return None
    return Money(row.amount, row.currency)


def to_read(session: Session, now: datetime) -> list[str]:
    """Channels with a sender whose balance was not read lately."""
    lately = select(BalanceRow.channel).where(BalanceRow.read_at > now - AGAIN)
    used: Select[str] = select(SenderRow.channel).where(SenderRow.archived_at.is_(None))
    return list(session.scalars(used.where(SenderRow.channel.not_in(lately)).distinct()))


def keep(session: Session, channel: str, held: Money | None, now: datetime) -> None:
    values = {"amount": held.amount if held else None, "currency": held.currency if held else None, "read_at": now}
    statement = insert(BalanceRow).values(channel=channel, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["channel"], set_=values))
