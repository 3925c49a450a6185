"""Saying what messages cost."""

import re
from decimal import Decimal, InvalidOperation

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.errors import Invalid
from core.services import audit
from core.tables.prices import Price

PREFIX = re.compile(r"(\+[1-9]\d{0,7})?")
CURRENCY = re.compile(r"[A-Z]{3}")


def put(session: Session, *, channel: str, prefix: str, amount: str, currency: str, by: str) -> None:
    """One part of a message to numbers that begin with `prefix` costs so much; an empty one holds for all others.

    Raises Invalid (`price.bad_prefix`, `price.bad_amount`, `price.bad_currency`).
    """
    if not PREFIX.fullmatch(prefix):
        raise Invalid("price.bad_prefix", where="prefix", prefix=prefix)
    if not CURRENCY.fullmatch(currency):
        raise Invalid("price.bad_currency", where="currency", currency=currency)
    values = {"amount": _amount(amount), "currency": currency, "changed_by": by}
    statement = insert(Price).values(channel=channel, prefix=prefix, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["channel", "prefix"], set_=values))
    audit.note(session, by, "set", f"price:{channel}:{prefix or '*'}", amount=amount, currency=currency)


def remove(session: Session, *, channel: str, prefix: str, by: str) -> None:
    session.execute(delete(Price).where(Price.channel == channel, Price.prefix == prefix))
    audit.note(session, by, "remove", f"price:{channel}:{prefix or '*'}")


def _amount(written: str) -> Decimal:
    try:
        amount = Decimal(written.replace(",", "."))
    except InvalidOperation:
        raise Invalid("price.bad_amount", where="amount", amount=written) from None
    if not (amount.is_finite() and 0 <= amount < 1000):
        raise Invalid("price.bad_amount", where="amount", amount=written)
    return amount
