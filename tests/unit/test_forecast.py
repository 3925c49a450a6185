"""When the last of what waits leaves."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.rules.forecast import Forecast, forecast

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 10, 24, 18, tzinfo=BERLIN)
"""The evening before the clocks go back."""
TODAY = NOW.date()


@pytest.mark.parametrize(
    ("waiting", "left", "a_day", "expected"),
    [
        (400, 400, 1000, TODAY),
        (401, 400, 1000, date(2026, 10, 25)),
        (4200, 0, 1000, date(2026, 10, 29)),
        (4000, 0, 1000, date(2026, 10, 28)),
        (4200, -50, 1000, date(2026, 10, 29)),
    ],
)
def test_each_day_takes_what_fits(waiting: int, left: int, a_day: int, expected: date) -> None:
    assert forecast(waiting, left, a_day, NOW) == Forecast(waiting, expected)


def test_without_any_slot_a_day_nothing_is_foretold() -> None:
    assert forecast(1, 0, 0, NOW) is None


def test_the_last_days_rest_leaves_at_the_pace_that_was_measured() -> None:
    found = forecast(4200, 0, 1000, NOW, pace=200 / 3600, opens=time(13))
    assert found == Forecast(4200, date(2026, 10, 29), datetime(2026, 10, 29, 14, tzinfo=BERLIN))


def test_what_still_fits_into_today_begins_now() -> None:
    found = forecast(50, 400, 1000, NOW, pace=1 / 60)
    assert found == Forecast(50, TODAY, NOW + timedelta(minutes=50))


def test_an_hour_that_the_clocks_repeat_is_counted() -> None:
    found = forecast(1000, 0, 1000, NOW, pace=1000 / (5 * 3600))
    assert found is not None
    assert found.at is not None
    assert found.at.astimezone(UTC) == datetime(2026, 10, 25, 3, tzinfo=UTC)
    assert (found.at.hour, found.at.minute) == (4, 0)
