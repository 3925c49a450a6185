"""How fast a mail server is written to, and when another connection is tried."""

from channels.email.smtp.pace import Pace
from channels.email.smtp.reach import Reach


def sent_within(pace: Pace, start: float, seconds: float, at_most: int = 100_000) -> int:
    """How many messages the pace lets through, as fast as it allows."""
    now, sent = start, 0
    while now < start + seconds and sent < at_most:
        wait = pace.wait(now)
        if wait > 0:
            now += wait
            continue
        pace.took(now)
        sent += 1
        now += 0.001
    return sent


def test_nothing_is_held_back_until_the_server_complains() -> None:
    assert sent_within(Pace(), 100.0, 1.0) >= 999


def test_a_complaint_halves_the_pace_and_quiet_restores_it() -> None:
    pace = Pace()
    before = sent_within(pace, 100.0, 2.0) / 2
    pace.slow_down(102.0)
    after = sent_within(pace, 102.0, 1.0)
    assert 0.4 < after / before < 0.6
    later = sent_within(pace, 103.0, 10.0) / 10
    assert after < later < before
    sent_within(pace, 113.0, 30.0)
    assert pace.rate is None


def test_complaints_about_what_was_already_on_its_way_count_once() -> None:
    pace = Pace()
    sent_within(pace, 100.0, 2.0)
    pace.slow_down(102.0)
    rate = pace.rate
    pace.slow_down(102.5)
    assert pace.rate == rate
    pace.slow_down(103.5)
    assert pace.rate is not None
    assert rate is not None
    assert pace.rate < rate


def test_the_pace_never_falls_to_nothing() -> None:
    pace = Pace()
    for second in range(100):
        pace.took(float(second))
        pace.slow_down(float(second))
    assert pace.rate == pace.least


def test_connections_are_opened_up_to_the_limit() -> None:
    assert Reach(limit=20, patience=10).room(now=0.0, held=5) == 15


def test_after_a_failure_one_attempt_at_a_time_is_made_with_growing_pauses() -> None:
    reach = Reach(limit=20, patience=10)
    reach.failed(100.0, 0, busy=False)
    assert reach.room(100.05, 0) == 0
    assert reach.room(100.2, 0) == 1
    reach.failed(100.2, 0, busy=False)
    assert reach.room(100.35, 0) == 0
    assert not reach.is_unreachable(109.0)
    assert reach.is_unreachable(110.0)
    reach.succeeded()
    assert not reach.is_unreachable(111.0)
    assert reach.room(111.0, 1) == 19


def test_a_server_that_wants_fewer_connections_keeps_those_it_has() -> None:
    reach = Reach(limit=20, patience=10)
    reach.failed(100.0, 3, busy=True)
    assert reach.room(101.0, 3) == 0
    assert not reach.is_unreachable(200.0)
    assert reach.room(104.0, 3) == 1
