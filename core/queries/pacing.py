"""The day's slots, reserved in the transaction that claims: the one place where the limit is held."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Integer, Select, Update, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from core.queries import settings
from core.tables.pacing import DailyLimit

ACCOUNT = "account"
"""The scope of all that this installation sends."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many messages a day may have, and how many of today's are left."""

    limit: int
    left: int


def open_day(scope: str, day: date, ceiling: int, reason: str, by: str) -> Insert:
    """Give the day its limit, unless it has one."""
    statement = insert(DailyLimit).values(scope=scope, day=day, ceiling=ceiling, reason=reason, decided_by=by)
    return statement.on_conflict_do_nothing()


def set_ceiling(scope: str, day: date, ceiling: int, reason: str, by: str) -> Insert:
    """Set the day's limit by hand; never below what is already taken."""
    statement = insert(DailyLimit).values(scope=scope, day=day, ceiling=ceiling, reason=reason, decided_by=by)
    return statement.on_conflict_do_update(
        index_elements=["scope", "day"],
        set_={"ceiling": func.greatest(ceiling, DailyLimit.taken), "reason": reason, "decided_by": by},
    )


def reserve() -> Select[int]:
    """Take up to `:wanted` slots of `:day`; the number granted comes back (no row: the day is not open yet)."""
    whose = (DailyLimit.scope == bindparam("scope"), DailyLimit.day == bindparam("day", type_=Date))
    old = select(DailyLimit.ceiling, DailyLimit.taken).where(*whose).with_for_update().cte("old")
    granted = func.least(bindparam("wanted", type_=Integer), old.c.ceiling - old.c.taken)
    taken = (
        update(DailyLimit)
        .where(*whose)
        .values(taken=DailyLimit.taken + select(granted).scalar_subquery())
        .cte("reserved")
    )
    return select(granted).add_cte(taken)


def give_back(scope: str, day: date, slots: int) -> Update:
    """Return slots that were not used; they belong to the day of the claim."""
    return (
        update(DailyLimit)
        .where(DailyLimit.scope == scope, DailyLimit.day == day)
        .values(taken=func.greatest(0, DailyLimit.taken - slots))
    )


def of_day(scope: str, day: date) -> Select[DailyLimit]:
    return select(DailyLimit).where(DailyLimit.scope == scope, DailyLimit.day == day)


def allowance(session: Session, scope: str, now: datetime) -> Allowance:
    """Today's, by the account's time zone; a day that nobody has opened yet has the usual limit."""
    day = now.astimezone(ZoneInfo(settings.value(session, "timezone"))).date()
    today = session.scalar(of_day(scope, day))
    if today is None:
        limit = int(settings.value(session, "daily_limit"))
        return Allowance(limit, limit)
    return Allowance(today.ceiling, today.ceiling - today.taken)
