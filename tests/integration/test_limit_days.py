"""What must hold of the daily limit on whatever days come, by whichever clock, and whoever claims at once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Update, func, select, text

from bench.limit import STORY, simulate
from bench.limit_days import Account, Came
from core.database import Sessions
from core.queries import pacing as queries
from core.queries.pacing import ACCOUNT
from core.rules.pacing import Decision
from core.services import pacing
from core.tables.attempts import Attempt
from core.tables.events import EventRow
from core.tables.pacing import DailyLimit
from core.vocabulary import PacingAction, PacingCause

ZONES = {
    "Europe/Berlin": (date(2026, 3, 28), date(2026, 10, 24)),
    "America/New_York": (date(2026, 3, 7), date(2026, 10, 31)),
    "Pacific/Chatham": (date(2026, 4, 4), date(2026, 9, 26)),
}
"""For each the eves of the days on which its clocks change; Chatham is 12:45 or 13:45 ahead of UTC."""
MOMENTS = (time(0), time(0, 1), time(12), time(23, 58))
FULL = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True, slots=True)
class Lived:
    """What really came of a day, counted from the rows by the clock on the wall."""

    limit: int
    used: int
    errors: float
    complaints: float


def emptied(sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.execute(text("TRUNCATE senders, origins, deliveries, attempts, events, daily_limits, gates CASCADE"))


def moments(day: date, zone: ZoneInfo) -> list[datetime]:
    return [datetime.combine(day, at, zone).astimezone(UTC) for at in MOMENTS]


def counted(sessions: Sessions, zone: ZoneInfo, day: date) -> Lived:
    with sessions() as session:
        row = session.scalars(queries.of_day(ACCOUNT, day)).one()
        refused = session.scalars(select(Attempt.at)).all()
        events = session.execute(select(EventRow.kind, EventRow.recorded_at)).all()
    on_it = [at for at in refused if at.astimezone(zone).date() == day]
    kinds = [kind for kind, at in events if at.astimezone(zone).date() == day]
    used = row.taken or 1
    errors = (len(on_it) + kinds.count("bounced")) / used
    return Lived(row.ceiling, row.taken, errors, kinds.count("complained") / max(used - len(on_it), 200))


def every_row(sessions: Sessions) -> Sequence[tuple[object, ...]]:
    columns = (DailyLimit.scope, DailyLimit.day, DailyLimit.ceiling, DailyLimit.taken, DailyLimit.decided_at)
    with sessions() as session:
        return session.execute(select(*columns).order_by(DailyLimit.scope, DailyLimit.day)).all()


share = some.sampled_from([0.0, 0.0, 0.0005, 0.004, 0.015, 0.03, 0.06, 0.13])
a_day = some.tuples(some.integers(0, 4000), share, share, share)


@pytest.mark.slow
@pytest.mark.parametrize("zone", ZONES)
@FULL
@given(days=some.lists(a_day, min_size=3, max_size=6), autumn=some.booleans())
def test_no_day_has_more_than_its_limit_and_none_goes_up_from_a_red_one(
    sessions: Sessions, zone: str, days: list[tuple[int, float, float, float]], autumn: bool
) -> None:
    emptied(sessions)
    clock, first = ZoneInfo(zone), ZONES[zone][autumn]
    account = Account(sessions, clock)
    for number, (wanted, errors, complaints, late) in enumerate(days):
        for now in moments(first + timedelta(days=number), clock):
            account.tick(now)
            account.send(now, wanted, Came(errors, complaints))
            account.bounce(now, wanted * late / 4)
            account.tick(now)
        account.release(now)
    last = first + timedelta(days=len(days))
    account.tick(datetime.combine(last, time(0), clock).astimezone(UTC))
    lived = [counted(sessions, clock, first + timedelta(days=number)) for number in range(len(days) + 1)]
    for before, after in pairwise(lived):
        assert before.used <= before.limit
        if after.limit > before.limit:
            assert before.used >= 0.9 * before.limit
            assert before.errors <= 0.02
            assert before.complaints < 0.001
    rows = every_row(sessions)
    with sessions.begin() as session:
        for number in range(len(days)):
            for scope in (ACCOUNT, f"sender:{account.sender_id}"):
                pacing.close_day(session, scope, first + timedelta(days=number))
    assert every_row(sessions) == rows


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("autumn", [False, True])
def test_late_bounces_count_on_the_day_they_come_in_by_that_clock(sessions: Sessions, zone: str, autumn: bool) -> None:
    clock = ZoneInfo(zone)
    changing = ZONES[zone][autumn] + timedelta(days=1)
    account = Account(sessions, clock)
    first, *_, last = moments(changing, clock)
    before, after = first - timedelta(seconds=1), datetime.combine(changing + timedelta(days=1), time(0), clock)
    for count, now in ((1, before), (2, first), (4, last), (8, after)):
        account.tick(now)
        account.send(now, 250, Came())
        account.bounce(now, count)
    account.tick(after + timedelta(days=1))
    with sessions() as session:
        days = session.scalars(select(DailyLimit).where(DailyLimit.scope == ACCOUNT).order_by(DailyLimit.day)).all()
        errors = [row.counted["errors"] for row in days if row.counted]
    assert errors == [1, 6, 8]
    assert [row.taken for row in days] == [250, 500, 250, 0]


plan = some.lists(some.tuples(some.integers(1, 60), some.integers(0, 3)), min_size=1, max_size=8)


@FULL
@given(ceiling=some.integers(1, 700), senders=some.integers(1, 700), plans=some.lists(plan, min_size=8, max_size=8))
def test_eight_workers_at_once_never_have_more_than_either_limit(
    sessions: Sessions, ceiling: int, senders: int, plans: list[list[tuple[int, int]]]
) -> None:
    emptied(sessions)
    day = date(2026, 5, 20)
    with sessions.begin() as session:
        for scope, limit in ((ACCOUNT, ceiling), ("sender:1", senders)):
            given_limit = Decision(limit, PacingAction.GIVEN, PacingCause.FIRST)
            session.execute(queries.open_day(scope, day, given_limit, {}))

    def work(turns: list[tuple[int, int]]) -> int:
        whose = {"sender": "sender:1", "slots_day": day}
        held = 0
        for wanted, returned in turns:
            with sessions.begin() as session:
                free = session.scalars(queries.free(), {**whose, "kept": 0}).all()
                granted = max(0, min(wanted, *free))
                session.execute(_quietly(queries.take()), {**whose, "slots": granted, "testing": 0})
            back = min(returned, granted)
            if back:
                with sessions.begin() as session:
                    session.execute(_quietly(queries.give_back()), {**whose, "slots": back, "testing": 0})
            held += granted - back
        return held

    with ThreadPoolExecutor(8) as workers:
        held = sum(workers.map(work, plans))
    with sessions() as session:
        taken = set(session.scalars(select(DailyLimit.taken)))
        assert session.scalar(select(func.count()).select_from(DailyLimit)) == 2
    assert taken == {held}
    assert held <= min(ceiling, senders)
    if not any(back for turns in plans for _, back in turns):
        assert held == min(ceiling, senders, sum(wanted for turns in plans for wanted, _ in turns))


@pytest.mark.slow
def test_sixty_days_tell_the_story_of_the_rules(sessions: Sessions) -> None:
    days = simulate(sessions, ZoneInfo("Europe/Berlin"), 60)
    of_mood = {mood.said: days[mood.day - 1 : mood.day + 1] for mood in STORY if mood.said}
    assert [one.limit for one in days[:4]] == [1000, 2000, 4000, 8000]
    assert max(one.limit for one in days) == 16_000
    after = {said: (pair[1].action, pair[1].cause) for said, pair in of_mood.items()}
    assert after["an old list"] == ("hold", "errors")
    assert after["a bought list"] == ("halve", "errors")
    assert after["a dull letter"] == ("halve", "complaints")
    assert after["an annoying letter"] == ("start", "complaints")
    assert after["little to say"] == ("hold", "unused")
    assert after["late bounces"] == ("hold", "errors")
    stopped = [one.said for one in days if one.blocked]
    assert stopped == ["a list of dead addresses", "strangers written to"]


def _quietly(statement: Update) -> Update:
    return statement.execution_options(synchronize_session=False)
