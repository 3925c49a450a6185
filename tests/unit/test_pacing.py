"""The next day's limit by the figures of the one that ends."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.rules.pacing import Bounds, Day, Inputs, block, decide, inputs
from core.rules.thresholds import Thresholds
from core.vocabulary import PacingAction as A
from core.vocabulary import PacingCause as C

TODAY = date(2026, 5, 20)
USUAL, AT = Bounds(), Thresholds()


def day(ago: int = 0, limit: int = 1000, used: int = 1000, errors: int = 0, complaints: int = 0) -> Day:
    return Day(TODAY - timedelta(days=ago), limit, used, used, errors, used - errors, complaints)


def decided(*days: Day, bounds: Bounds = USUAL) -> tuple[int, A, C]:
    found = decide(inputs(days, AT), bounds, AT)
    return found.limit, found.action, found.cause


def test_a_used_limit_with_nothing_against_it_doubles() -> None:
    assert decided(day(used=900)) == (2000, A.UP, C.USED)


def test_a_limit_that_was_not_used_stays() -> None:
    assert decided(day(used=899)) == (1000, A.HOLD, C.UNUSED)


@pytest.mark.parametrize(
    ("errors", "complaints", "expected"),
    [
        (20, 0, (2000, A.UP, C.USED)),
        (21, 0, (1000, A.HOLD, C.ERRORS)),
        (49, 0, (1000, A.HOLD, C.ERRORS)),
        (50, 0, (500, A.HALVE, C.ERRORS)),
        (0, 1, (1000, A.HOLD, C.COMPLAINTS)),
        (0, 3, (500, A.HALVE, C.COMPLAINTS)),
        (0, 8, (1000, A.START, C.COMPLAINTS)),
    ],
)
def test_errors_and_complaints_speak_against_it(errors: int, complaints: int, expected: tuple[int, A, C]) -> None:
    assert decided(day(errors=errors, complaints=complaints)) == expected


def test_the_way_back_leads_to_the_start_or_stays_below_it() -> None:
    assert decided(day(limit=8000, used=8000, complaints=80)) == (1000, A.START, C.COMPLAINTS)
    assert decided(day(limit=400, used=400, complaints=8)) == (400, A.START, C.COMPLAINTS)


def test_three_days_after_a_halving_it_does_not_rise() -> None:
    lowered = Day(TODAY - timedelta(days=2), 500, 500, 500, 0, 500, 0, lowered=True)
    assert decided(lowered, day(1, 500, 500), day(0, 500, 500)) == (500, A.HOLD, C.PAUSE)
    older = Day(TODAY - timedelta(days=3), 500, 500, 500, 0, 500, 0, lowered=True)
    assert decided(older, day(2, 500, 500), day(1, 500, 500), day(0, 500, 500)) == (1000, A.UP, C.USED)


def test_halving_ends_at_the_floor_and_never_raises_a_limit_below_it() -> None:
    assert decided(day(3, 60, 60), day(2, 60, 60), day(1, 60, 60), day(0, 60, 60, errors=60))[0] == 50
    assert decided(*(day(ago, 20, 20, errors=20) for ago in range(10, -1, -1)))[0] == 20


def test_it_rises_to_the_cap_and_a_higher_limit_set_by_hand_stays() -> None:
    assert decided(day(limit=10_000, used=10_000)) == (16_000, A.UP, C.USED)
    assert decided(day(limit=50_000, used=50_000)) == (50_000, A.HOLD, C.CAP)


def test_a_share_of_errors_speaks_over_as_many_days_as_make_up_200_attempts() -> None:
    assert decided(day(0, 50, 50, errors=20)) == (100, A.UP, C.USED)
    quiet = [day(ago, 50, 50, errors=0) for ago in (4, 3, 2, 1)]
    assert decided(*quiet, day(0, 50, 50, errors=20)) == (50, A.HALVE, C.ERRORS)


def test_complaints_are_held_against_at_least_200_accepted_letters() -> None:
    few = inputs([day(0, 50, 50, complaints=1)], AT)
    assert (few.base, few.complaint_share) == (200, 0.005)
    assert inputs([day(2), day(1, used=150), day(0, used=60)], AT).base == 210


def test_a_block_needs_twenty_errors_or_two_percent_of_complaints() -> None:
    assert block(inputs([day(used=200, errors=19)], AT), AT) is None
    assert block(inputs([day(used=200, errors=20)], AT), AT) is C.ERRORS
    assert block(inputs([day(used=1000, errors=99)], AT), AT) is None
    assert block(inputs([day(used=1000, complaints=20)], AT), AT) is C.COMPLAINTS
    assert block(inputs([day(used=1000, complaints=19)], AT), AT) is None


counts = some.integers(0, 40_000)
seen = some.builds(
    Inputs,
    limit=some.integers(1, 100_000),
    used=counts,
    attempts=counts,
    errors=counts,
    base=some.integers(200, 40_000),
    complaints=some.integers(0, 2_000),
    lowered_on=some.none() | some.just(TODAY),
)
bounds = some.tuples(some.integers(1, 1000), some.integers(1000, 100_000)).map(lambda two: Bounds(1000, *two))


@given(seen, bounds)
def test_it_never_rises_in_a_red_zone_nor_over_the_cap(figures: Inputs, within: Bounds) -> None:
    found = decide(figures, within, AT)
    red = (figures.error_share or 0) > 0.02 or figures.complaint_share >= 0.001 or figures.lowered_on is not None
    if red or figures.used < 0.9 * figures.limit:
        assert found.limit <= figures.limit
    assert 1 <= found.limit <= max(figures.limit, within.cap)
    assert found.limit <= 2 * figures.limit


@given(seen, bounds)
def test_worse_figures_never_lead_to_a_higher_limit(figures: Inputs, within: Bounds) -> None:
    worse = Inputs(
        figures.limit,
        figures.used,
        figures.attempts,
        figures.errors * 2,
        figures.base,
        figures.complaints,
        figures.lowered_on,
    )
    assert decide(worse, within, AT).limit <= decide(figures, within, AT).limit
