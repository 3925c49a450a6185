"""From which figures on the daily limit moves: chosen within reason, and shown in numbers before they are saved."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.errors import Invalid
from core.rules.pacing import Bounds
from core.rules.thresholds import USUAL, made
from core.rules.turning import growth, turns
from core.vocabulary import PacingAction as A


def test_the_usual_thresholds_in_numbers_of_a_day() -> None:
    found = [(one.action, one.errors, one.complaints, one.limit) for one in turns(2000, Bounds(), USUAL)]
    assert found == [
        (A.HOLD, 41, 2, 2000),
        (A.HALVE, 100, 6, 1000),
        (A.START, None, 16, 1000),
        (None, 200, 40, 0),
    ]


def test_a_small_day_is_judged_over_as_many_as_make_up_200() -> None:
    hold, halve, _start, stop = turns(50, Bounds(), USUAL)
    assert (hold.errors, hold.complaints) == (5, 1)
    assert (halve.errors, halve.limit) == (10, 50)
    assert (stop.errors, stop.complaints) == (20, 4)


def test_a_limit_at_its_cap_is_still_held_by_figures_alone() -> None:
    assert turns(16_000, Bounds(), USUAL)[0].errors == 321


def test_growth_ends_at_the_cap() -> None:
    assert growth(1000, Bounds(), USUAL) == [1000, 2000, 4000, 8000, 16_000]
    assert growth(20_000, Bounds(), USUAL) == [20_000]
    slow = growth(5, Bounds(cap=8), made({"up_factor": 1.1}))
    assert slow == [5, 6, 7, 8], "a small limit rises by one at least"


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        ({"hold_errors": 0.06}, "threshold.crossed"),
        ({"start_complaints": 0.03}, "threshold.crossed"),
        ({"block_errors": 1.5}, "threshold.out_of_range"),
        ({"up_factor": 1}, "threshold.out_of_range"),
        ({"speaks_from": 200.5}, "threshold.out_of_range"),
        ({"hold_errors": float("nan")}, "threshold.out_of_range"),
        ({"colour": 1}, "threshold.unknown"),
    ],
)
def test_what_makes_no_sense_is_refused(figures: dict[str, float], code: str) -> None:
    with pytest.raises(Invalid, match=code.replace(".", r"\.")):
        made(figures)


@given(some.integers(1, 100_000), some.floats(1.1, 10))
def test_worse_turns_never_come_before_milder_ones(limit: int, factor: float) -> None:
    found = turns(limit, Bounds(), made({"up_factor": factor}))
    for figure in ("errors", "complaints"):
        counts = [count for one in found if (count := getattr(one, figure)) is not None]
        assert counts == sorted(counts)
    assert max(one.limit for one in found) == limit
