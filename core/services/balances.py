"""The provider's balance as it was read, and the warning of operators before it is out."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from core.messages import Money
from core.queries import prices
from core.queries import settings as business
from core.services import notices
from core.tables.prices import BalanceRow


def keep(session: Session, channel: str, held: Money | None, now: datetime) -> None:
    """Keep what was read; operators are told once when it runs low, and again only after it has been enough."""
    prices.keep(session, channel, held, now)
    row = session.get(BalanceRow, channel, populate_existing=True, with_for_update=True)
    least = _least(session, channel)
    if held is None or row is None or least is None:
        return
    if held.amount >= least:
        row.warned_at = None
    elif row.warned_at is None:
        row.warned_at = now
        params = {"channel": channel, "balance": f"{held.amount:.2f} {held.currency}"}
        notices.tell(session, "balance_low", params, now=now, campaign_id=None)


def _least(session: Session, channel: str) -> Decimal | None:
    """Enough for so many messages of one part at the dearest price; None where no price is known."""
    dearest = prices.dearest(session, channel)
    return dearest * int(business.value(session, "balance_warning_messages")) if dearest else None
