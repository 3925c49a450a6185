"""The day's slots, reserved in the transaction that claims, and the figures by which the next day's are decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from core.queries import settings
from core.rules.pacing import Bounds, Decision
from core.rules.thresholds import Thresholds, made
from core.tables.attempts import Attempt
from core.tables.campaigns import Origin
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.tables.pacing import DailyLimit
from core.vocabulary import CHANNEL_EMAIL, UNCOUNTED, BounceClass, EventKind, PacingAction, Reason

ACCOUNT = "account"
"""The scope of all that this installation sends. A sender's is `sender:<id>`, and the lower of the two holds."""
REFUSED = (Reason.RECIPIENT_SERVER_REFUSED.value, Reason.RELAY_REFUSED.value)
SOFT = (BounceClass.RATE, BounceClass.TRANSIENT, BounceClass.AUTOREPLY, BounceClass.COMPLAINT)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many messages a day may have, and how many of today's are left."""

    limit: int
    left: int


def sender_scope(sender_id: int) -> str:
    return f"sender:{sender_id}"


def free() -> Select[int]:
    """Lock the day of the account and of `:sender`, and say how many slots each has left, `:kept` ones put aside.

    A day that is not open has no row. They are locked in one order, so that nobody waits in a circle; and what is
    left is read before it is taken, in a statement of its own: a single one would take by what it saw at its start.
    """
    return select(_free(bindparam("kept", type_=Integer))).where(*_whose()).order_by(DailyLimit.scope).with_for_update()


def take() -> Update:
    """Take `:slots` of the days that `free` has locked; `:testing` is 1 for what goes to ourselves."""
    slots = bindparam("slots", type_=Integer)
    return (
        update(DailyLimit)
        .where(*_whose())
        .values(taken=DailyLimit.taken + slots, tests=DailyLimit.tests + slots * bindparam("testing", type_=Integer))
    )


def give_back() -> Update:
    """Return `:slots` of `:slots_day` that were not used, to the account and to `:sender`."""
    locked = select(DailyLimit.scope).where(*_whose()).order_by(DailyLimit.scope).with_for_update().cte("locked")
    slots = bindparam("slots", type_=Integer)
    return (
        update(DailyLimit)
        .where(*_whose(), DailyLimit.scope == locked.c.scope)
        .execution_options(synchronize_session=False)
        .values(
            taken=func.greatest(0, DailyLimit.taken - slots),
            tests=func.greatest(0, DailyLimit.tests - slots * bindparam("testing", type_=Integer)),
        )
    )


def open_day(scope: str, day: date, decided: Decision, inputs: dict[str, Any]) -> Insert:
    """Give the day its limit, unless it has one."""
    values = {"ceiling": decided.limit, "action": decided.action.value, "reason": decided.cause.value, "inputs": inputs}
    statement = insert(DailyLimit).values(scope=scope, day=day, decided_by="system", **values)
    return statement.on_conflict_do_nothing()


def set_ceiling(scope: str, day: date, ceiling: int, reason: str, by: str) -> Insert:
    """Set the day's limit by hand; never below what is already taken, but then with what was meant beside it."""
    values = {"ceiling": ceiling, "action": PacingAction.GIVEN.value, "reason": reason, "decided_by": by}
    statement = insert(DailyLimit).values(scope=scope, day=day, **values)
    return statement.on_conflict_do_update(
        index_elements=["scope", "day"],
        set_={
            **values,
            "ceiling": func.greatest(ceiling, DailyLimit.taken),
            "meant": case((DailyLimit.taken > ceiling, literal(ceiling))),
        },
    )


def of_day(scope: str, day: date) -> Select[DailyLimit]:
    whose = (DailyLimit.scope == scope, DailyLimit.day == day)
    return select(DailyLimit).where(*whose).execution_options(populate_existing=True)


def last_days(session: Session, scope: str, count: int, upto: date | None = None) -> Sequence[DailyLimit]:
    """The newest first."""
    whose = [DailyLimit.scope == scope, *([DailyLimit.day <= upto] if upto else [])]
    newest = select(DailyLimit).where(*whose).order_by(DailyLimit.day.desc()).limit(count)
    return session.scalars(newest.execution_options(populate_existing=True)).all()


def timezone(session: Session) -> ZoneInfo:
    return ZoneInfo(settings.value(session, "timezone"))


def today(session: Session, now: datetime) -> date:
    """By the account's clock."""
    return now.astimezone(timezone(session)).date()


def bounds(session: Session) -> Bounds:
    names = ("daily_limit_start", "daily_limit_floor", "daily_limit_cap")
    return Bounds(*(int(settings.value(session, name)) for name in names))


def thresholds(session: Session) -> Thresholds:
    """From which figures on the limit moves."""
    return made(settings.value(session, "daily_limit_thresholds"))


def allowance(session: Session, scope: str, now: datetime) -> Allowance:
    """Today's; a day that is not open yet has the limit of the one before, or the first."""
    days = last_days(session, scope, 1, today(session, now))
    if not days:
        limit = int(settings.value(session, "daily_limit_start"))
        return Allowance(limit, limit)
    return Allowance(days[0].ceiling, days[0].ceiling - days[0].taken * (days[0].day == today(session, now)))


def for_campaigns(session: Session, scope: str, now: datetime) -> Allowance:
    """As `allowance`, without what is kept for service mail."""
    whole = allowance(session, scope, now)
    kept = min(int(settings.value(session, "daily_limit_reserve")), whole.limit // 2)
    return Allowance(whole.limit - kept, whole.left - kept)


def last_used_up(before: date, kept: int) -> Select[date | None]:
    """The last day before on which some scope left nothing to campaigns, `kept` slots put aside."""
    return select(func.max(DailyLimit.day)).where(DailyLimit.day < before, _free(literal(kept)) <= 0)


def used_up(day: date) -> Select[str]:
    """The scopes that have no slot left on that day."""
    return select(DailyLimit.scope).where(DailyLimit.day == day, DailyLimit.taken >= DailyLimit.ceiling)


@dataclass(frozen=True, slots=True)
class Counted:
    """What went wrong on a day: all attempts that were not accepted, those for good, complaints; none of our own."""

    unaccepted: int
    errors: int
    complaints: int


def counted(session: Session, scope: str, since: datetime, until: datetime) -> Counted:
    """Bounces and complaints on the day on which they came in."""
    wrong = (
        select(func.count(), func.count().filter(Attempt.outcome == "refused", Delivery.reason.in_(REFUSED)))
        .select_from(Attempt)
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .join(Origin, Origin.id == Delivery.origin_id)
        .where(Attempt.at >= since, Attempt.at < until, Attempt.outcome != "unsent", *_in_scope(scope))
    )
    unaccepted, refused = session.execute(wrong).one()
    bounced, complaints = _against(session, scope, since, until)
    return Counted(unaccepted, refused + bounced, complaints)


def against(session: Session, scope: str, since: datetime, until: datetime) -> Counted:
    """The same without what may pass, which is far more and blocks nobody: cheap enough for every tick."""
    refused = (
        select(func.count())
        .select_from(Attempt)
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .join(Origin, Origin.id == Delivery.origin_id)
        .where(Attempt.outcome == "refused", Attempt.at >= since, Attempt.at < until)
        .where(Delivery.reason.in_(REFUSED), *_in_scope(scope))
    )
    errors = session.scalar(refused) or 0
    bounced, complaints = _against(session, scope, since, until)
    return Counted(errors, errors + bounced, complaints)


def span(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Beginning and end of a day by that clock, 23 to 25 hours."""
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def _against(session: Session, scope: str, since: datetime, until: datetime) -> tuple[int, int]:
    hard = and_(
        EventRow.kind == EventKind.BOUNCED,
        or_(EventRow.bounce.is_(None), EventRow.bounce.not_in(SOFT)),
    )
    statement = (
        select(func.count().filter(hard), func.count().filter(EventRow.kind == EventKind.COMPLAINED))
        .select_from(EventRow)
        .join(Delivery, Delivery.id == EventRow.delivery_id)
        .join(Origin, Origin.id == Delivery.origin_id)
        .where(EventRow.kind.in_((EventKind.BOUNCED, EventKind.COMPLAINED)))
        .where(EventRow.recorded_at >= since, EventRow.recorded_at < until, *_in_scope(scope))
    )
    bounced, complaints = session.execute(statement).one()
    return bounced, complaints


def _in_scope(scope: str) -> tuple[ColumnElement[bool], ...]:
    counting = (Origin.channel == CHANNEL_EMAIL, Origin.purpose.not_in(UNCOUNTED))
    if scope == ACCOUNT:
        return counting
    return (*counting, Origin.sender_id == int(scope.removeprefix("sender:")))


def _free(kept: ColumnElement[int]) -> ColumnElement[int]:
    """Half a day's slots are kept at most."""
    return DailyLimit.ceiling - DailyLimit.taken - func.least(kept, DailyLimit.ceiling.op("/")(2))


def _whose() -> tuple[ColumnElement[bool], ...]:
    sender = bindparam("sender", type_=Text)
    return DailyLimit.day == bindparam("slots_day", type_=Date), or_(
        DailyLimit.scope == literal(ACCOUNT), DailyLimit.scope == sender
    )
