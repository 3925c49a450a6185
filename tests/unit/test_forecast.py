"""On which day the last of what waits leaves."""

from datetime import date

import pytest

from core.rules.forecast import done_on

TODAY = date(2026, 10, 24)


@pytest.mark.parametrize(
    ("waiting", "left", "a_day", "expected"),
    [
        (400, 400, 1000, TODAY),
        (401, 400, 1000, date(2026, 10, 25)),
        (4200, 0, 1000, date(2026, 10, 29)),
        (4000, 0, 1000, date(2026, 10, 28)),
        (4200, -50, 1000, date(2026, 10, 29)),
        (1, 0, 0, None),
    ],
)
def test_each_day_takes_what_fits(waiting: int, left: int, a_day: int, expected: date | None) -> None:
    assert done_on(waiting, left, a_day, TODAY) == expected
