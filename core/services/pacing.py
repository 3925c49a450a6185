"""The daily limit from day to day: closed once, blocked at once, released and set by people."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import cast, select, update
from sqlalchemy.dialects.postgresql import JSONB, Insert
from sqlalchemy.orm import Session

from core.errors import Invalid, Refused
from core.queries import gates, settings
from core.queries import pacing as queries
from core.queries.bell import ring
from core.queries.limits import BLOCKED, gate_key, scopes
from core.queries.pacing import ACCOUNT
from core.rules import pacing as rules
from core.rules.pacing import Day, Decision, Inputs
from core.rules.thresholds import Thresholds, made
from core.services import audit, changes
from core.services.slots import Limit
from core.tables.gates import Gate
from core.tables.pacing import DailyLimit
from core.vocabulary import GateScope, PacingAction, PacingCause

LOOKS_BACK = 60
"""Days that may have to be put together until a share speaks."""
MOST_A_DAY = 100_000_000


def open_today(session: Session, now: datetime) -> date:
    """Close every day of the account and of each sender that is over, so that today has its limits; returns today."""
    today = queries.today(session, now)
    for scope in scopes(session):
        _open(session, scope, today)
    return today


def close_day(session: Session, scope: str, day: date) -> DailyLimit:
    """Decide the limit of the day after `day` by its own figures; a day that is closed already stays as it is."""
    closing = session.scalars(queries.of_day(scope, day).with_for_update()).one()
    after = session.scalar(queries.of_day(scope, day + timedelta(days=1)))
    if after is not None:
        return after
    if closing.counted is None:
        closing.counted = _figures(session, scope, closing)
        session.flush()
    seen = look(session, scope, day)
    decided = rules.decide(seen, queries.bounds(session), queries.thresholds(session))
    session.execute(queries.open_day(scope, day + timedelta(days=1), decided, seen.kept()))
    return session.scalars(queries.of_day(scope, day + timedelta(days=1))).one()


def look(session: Session, scope: str, day: date) -> Inputs:
    """The figures by which the day is judged, as they are at this moment."""
    rows = queries.last_days(session, scope, LOOKS_BACK, day)
    return rules.inputs([_day(session, scope, row) for row in reversed(rows)], queries.thresholds(session))


def block_at_once(session: Session, now: datetime) -> list[str]:
    """Stop all running email campaigns of a scope whose shares of today call for it; returns the scopes stopped now."""
    today, at, stopped = queries.today(session, now), queries.thresholds(session), []
    for row in session.scalars(select(DailyLimit).where(DailyLimit.day == today, DailyLimit.taken > 0)).all():
        seen = _since_release(session, row, at)
        cause = rules.block(seen, at)
        key = gate_key(row.scope)
        if cause is None or gates.standing(session, GateScope.MARKETING, key):
            continue
        gates.close(session, GateScope.MARKETING, key, reason=BLOCKED[cause], by="system", seen=seen.kept())
        audit.note(session, "system", "block", f"limit:{row.scope}", cause=cause.value, **seen.kept())
        stopped.append(row.scope)
    return stopped


def release(session: Session, scope: str, *, by: str, now: datetime) -> None:
    """Let campaigns go on after a block; what had come together until now does not block again.

    While there is one sender, its block goes with the account's. Raises Refused (`limit.not_blocked`) where nothing
    is blocked.
    """
    concerned = [scope, *(_only_sender(session) if scope == ACCOUNT else ())]
    blocked = [one for one in concerned if gates.standing(session, GateScope.MARKETING, gate_key(one))]
    if not blocked:
        raise Refused("limit.not_blocked")
    today = open_today(session, now)
    for one in blocked:
        row = session.scalars(queries.of_day(one, today).with_for_update()).one()
        row.released = _figures(session, one, row)
        gates.open_again(session, GateScope.MARKETING, gate_key(one))
        audit.note(session, by, "release", f"limit:{one}", **row.released)
    ring(session)


def mark_told(session: Session, gate_ids: Sequence[int], *, now: datetime) -> None:
    """Operators have been told of these blocks."""
    told = Gate.details.op("||")(cast({"told": now.isoformat()}, JSONB))
    session.execute(update(Gate).where(Gate.id.in_(gate_ids)).values(details=told))


def set_limit(session: Session, limit: int, *, scope: str = ACCOUNT, by: str, now: datetime) -> None:
    """So many emails a day from today on; from there it goes on deciding by itself.

    Of a day of which more have left already, nothing is left, and the days after go on from what was meant.
    While there is one sender, its limit is the account's. Raises Invalid out of 1–100,000,000.
    """
    _check(limit, "limit")
    today = open_today(session, now)
    for one in {scope, *(_only_sender(session) if scope == ACCOUNT else ())}:
        _set(session, one, today, limit, by)
    ring(session)


def set_bounds(session: Session, *, floor: int, cap: int, start: int | None = None, by: str, now: datetime) -> None:
    """No decision leads below `floor` or above `cap`; a limit that stands outside comes in at once.

    `start` is what new senders begin with, and what many complaints lead back to; None leaves it.
    """
    start = int(settings.value(session, "daily_limit_start")) if start is None else start
    for name, value in (("floor", floor), ("cap", cap), ("start", start)):
        _check(value, name)
    if floor > cap:
        raise Invalid("limit.bounds_crossed", where="floor", floor=floor, cap=cap)
    for name, value in (("daily_limit_floor", floor), ("daily_limit_cap", cap), ("daily_limit_start", start)):
        changes.put(session, name, value, by=by)
    today = open_today(session, now)
    for scope in scopes(session):
        row = session.scalars(queries.of_day(scope, today)).one()
        limit = row.meant or row.ceiling
        within = min(max(limit, floor), cap)
        if within != limit:
            _set(session, scope, today, within, by)
    ring(session)


def set_reserve(session: Session, slots: int, *, by: str) -> None:
    """Keep a day's last slots for service mail: half a day's at most."""
    if not 0 <= slots <= MOST_A_DAY:
        raise Invalid("limit.out_of_range", where="reserve", most=MOST_A_DAY)
    changes.put(session, "daily_limit_reserve", slots, by=by)


def set_thresholds(session: Session, figures: Mapping[str, float], *, by: str) -> None:
    """From which figures on the limit moves; those that are not named stay. In force from the next closing of a day,
    and for blocks at once.

    Raises Invalid (`threshold.unknown`, `threshold.out_of_range`, `threshold.crossed`).
    """
    after = made({**settings.value(session, "daily_limit_thresholds"), **figures})
    changes.put(session, "daily_limit_thresholds", after.kept(), by=by)


def limit(session: Session, open_today: Callable[[], object], now: datetime) -> Limit:
    """What a drain has to know of it. What was launched until the limit was last used up goes first: days may pass
    on which it cannot go, after a block perhaps.
    """
    today, zone = queries.today(session, now), queries.timezone(session)
    kept = int(settings.value(session, "daily_limit_reserve"))
    used_up = session.scalar(queries.last_used_up(today, kept))
    before = None if used_up is None else queries.span(used_up, zone)[1]
    return Limit(zone, open_today, kept, before)


def _open(session: Session, scope: str, today: date) -> None:
    days = queries.last_days(session, scope, 1)
    if not days:
        session.execute(_first_day(session, scope, today))
        return
    for day in _days(days[0].day, today):
        close_day(session, scope, day)


def _days(since: date, until: date) -> Iterator[date]:
    while since < until:
        yield since
        since += timedelta(days=1)


def _first_day(session: Session, scope: str, today: date) -> Insert:
    """A new sender begins at the start, however much the account may; the first has been the account all along."""
    limit = int(settings.value(session, "daily_limit_start"))
    if scope in _only_sender(session):
        limit = queries.last_days(session, ACCOUNT, 1, today)[0].ceiling
    return queries.open_day(scope, today, Decision(limit, PacingAction.GIVEN, PacingCause.FIRST), {})


def _only_sender(session: Session) -> list[str]:
    senders = [scope for scope in scopes(session) if scope != ACCOUNT]
    return senders if len(senders) == 1 else []


def _day(session: Session, scope: str, row: DailyLimit) -> Day:
    counted = row.counted or _figures(session, scope, row)
    lowered = row.action in (PacingAction.HALVE, PacingAction.START)
    return Day(row.day, row.meant or row.ceiling, row.taken, **counted, lowered=lowered)


def _figures(session: Session, scope: str, row: DailyLimit) -> dict[str, int]:
    counted = queries.counted(session, scope, *queries.span(row.day, queries.timezone(session)))
    attempts = row.taken - row.tests
    return {
        "attempts": attempts,
        "errors": counted.errors,
        "accepted": max(0, attempts - counted.unaccepted),
        "complaints": counted.complaints,
    }


def _since_release(session: Session, row: DailyLimit, at: Thresholds) -> Inputs:
    """As `look`, but nothing of before the last release by a person, and only what is quickly counted of today."""
    days = []
    for one in queries.last_days(session, row.scope, LOOKS_BACK, row.day):
        day = _day(session, row.scope, one) if one.counted else _quickly(session, row.scope, one)
        if one.released:
            cut = {name: max(0, getattr(day, name) - one.released[name]) for name in one.released}
            days.append(replace(day, **cut))
            break
        days.append(day)
    return rules.inputs(days[::-1], at)


def _quickly(session: Session, scope: str, row: DailyLimit) -> Day:
    counted = queries.against(session, scope, *queries.span(row.day, queries.timezone(session)))
    attempts = row.taken - row.tests
    accepted = max(0, attempts - counted.unaccepted)
    return Day(row.day, row.meant or row.ceiling, row.taken, attempts, counted.errors, accepted, counted.complaints)


def _set(session: Session, scope: str, today: date, limit: int, by: str) -> None:
    before = session.scalars(queries.of_day(scope, today)).one().ceiling
    session.execute(queries.set_ceiling(scope, today, limit, PacingCause.BY_HAND.value, by))
    audit.note(session, by, "set", f"limit:{scope}", before=before, after=limit)


def _check(limit: int, where: str) -> None:
    if not 1 <= limit <= MOST_A_DAY:
        raise Invalid("limit.out_of_range", where=where, most=MOST_A_DAY)
