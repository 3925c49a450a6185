"""Times on a wall and the instants they are, over both changes of daylight saving."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from core.errors import Invalid
from core.rules import wall

BERLIN = ZoneInfo("Europe/Berlin")


def test_nine_is_nine_in_summer_and_in_winter() -> None:
    assert wall.moment(date(2026, 7, 1), time(9), BERLIN) == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert wall.moment(date(2026, 12, 1), time(9), BERLIN) == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_a_time_that_the_spring_skips_is_the_first_minute_after_the_gap() -> None:
    after = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert wall.moment(date(2026, 3, 29), time(2, 0), BERLIN) == after
    assert wall.moment(date(2026, 3, 29), time(2, 59), BERLIN) == after
    assert wall.moment(date(2026, 3, 29), time(3, 0), BERLIN) == after


def test_of_the_hour_that_autumn_brings_twice_the_first_counts() -> None:
    assert wall.moment(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_day_that_a_zone_leaves_out_ends_where_the_next_begins() -> None:
    samoa = ZoneInfo("Pacific/Apia")
    assert wall.moment(date(2011, 12, 30), time(9), samoa).astimezone(samoa) == datetime(2011, 12, 31, tzinfo=samoa)


def test_a_time_is_read_by_the_accounts_clock_or_by_its_own_offset() -> None:
    winter = datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert wall.read("2026-12-01 09:00", BERLIN) == winter
    assert wall.read(" 2026-12-01T09:00:30 ", BERLIN) == winter
    assert wall.read("2026-12-01 09:00+01:00", ZoneInfo("Asia/Tokyo")) == winter


@pytest.mark.parametrize("given", ["", "tomorrow", "2026-12-01", "2026-02-30 09:00", "2026-12-01 25:00", "9:00"])
def test_what_is_no_date_and_time_is_refused(given: str) -> None:
    with pytest.raises(Invalid, match=r"schedule\.bad_time"):
        wall.read(given, BERLIN)
