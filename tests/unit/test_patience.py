"""Waits between attempts grow, spread, and come to an end."""

from datetime import UTC, datetime, timedelta

from core.rules.patience import Patience, next_try

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
PATIENCE = Patience(first_seconds=60, last_seconds=3600)


def wait(attempt: int, *, jitter: float = 0.0, asked: float | None = None, now: datetime = NOON) -> float | None:
    due = next_try(PATIENCE, attempt, now, NOON, jitter=jitter, asked=asked)
    return None if due is None else (due - now).total_seconds()


def test_each_wait_is_twice_the_one_before() -> None:
    assert [wait(attempt) for attempt in (1, 2, 3, 4)] == [60, 120, 240, 480]


def test_jitter_spreads_a_wait_over_half_of_itself() -> None:
    assert wait(1, jitter=1.0) == 90


def test_who_asks_for_a_wait_gets_it() -> None:
    assert wait(1, asked=300) == 300


def test_trying_ends_when_the_time_is_over() -> None:
    assert wait(1, now=NOON + timedelta(minutes=59)) == 60
    assert wait(1, now=NOON + timedelta(minutes=59, seconds=1)) is None
