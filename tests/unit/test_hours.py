"""Sending hours by the recipient's clock: overnight, and over both changes of daylight saving."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.errors import Invalid
from core.rules.hours import Hours, meet, next_opening, opening_of_all
from core.rules.zones import BY_COUNTRY, zone_of

BERLIN = ZoneInfo("Europe/Berlin")
DAY = Hours(time(9), time(20))
NIGHT = DAY.outside()


@pytest.mark.parametrize(
    ("written", "opens", "closes"),
    [
        ("9:30-17:45", "09:30", "17:45"),
        (" 9 – 17 ", "09:00", "17:00"),
        ("22.15—06", "22:15", "06:00"),
        ("18-24", "18:00", "00:00"),
    ],
)
def test_hours_are_read_as_people_write_them(written: str, opens: str, closes: str) -> None:
    assert Hours.typed(written).written() == {"opens": opens, "closes": closes}


@pytest.mark.parametrize("written", ["", "9", "9:30", "morning", "25-26", "9:75-10", "9-10-11", "-9-10"])
def test_what_are_no_hours_is_refused(written: str) -> None:
    with pytest.raises(Invalid, match=r"hours\.(unreadable|bad_time)"):
        Hours.typed(written)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def test_within_the_hours_nothing_waits() -> None:
    assert next_opening(DAY, utc(2026, 5, 20, 7, 0), BERLIN) is None
    assert next_opening(DAY, utc(2026, 5, 20, 17, 59), BERLIN) is None


def test_the_end_of_the_hours_is_outside() -> None:
    assert next_opening(DAY, utc(2026, 5, 20, 18, 0), BERLIN) == utc(2026, 5, 21, 7, 0)


def test_before_the_hours_it_is_the_same_day() -> None:
    assert next_opening(DAY, utc(2026, 5, 20, 6, 59), BERLIN) == utc(2026, 5, 20, 7, 0)


def test_overnight_hours_hold_on_both_sides_of_midnight() -> None:
    assert next_opening(NIGHT, utc(2026, 5, 20, 21, 0), BERLIN) is None
    assert next_opening(NIGHT, utc(2026, 5, 21, 3, 0), BERLIN) is None
    assert next_opening(NIGHT, utc(2026, 5, 21, 10, 0), BERLIN) == utc(2026, 5, 21, 18, 0)


def test_nine_is_nine_on_the_wall_after_the_clocks_went_forward_and_back() -> None:
    assert next_opening(DAY, utc(2026, 3, 28, 20, 0), BERLIN) == utc(2026, 3, 29, 7, 0)
    assert next_opening(DAY, utc(2026, 10, 24, 20, 0), BERLIN) == utc(2026, 10, 25, 8, 0)


def test_an_opening_that_the_clocks_skip_is_the_first_minute_after_the_gap() -> None:
    early = Hours(time(2, 30), time(4))
    assert next_opening(early, utc(2026, 3, 29, 0, 30), BERLIN) == utc(2026, 3, 29, 1, 0)


def test_of_an_hour_that_comes_twice_the_first_counts() -> None:
    early = Hours(time(2, 30), time(4))
    assert next_opening(early, utc(2026, 10, 24, 23, 0), BERLIN) == utc(2026, 10, 25, 0, 30)


def test_a_campaigns_hours_and_the_quiet_hours_hold_together() -> None:
    morning = Hours(time(7), time(11))
    assert opening_of_all([DAY, morning], utc(2026, 5, 20, 10, 0), BERLIN) == utc(2026, 5, 21, 7, 0)
    assert opening_of_all([DAY, morning], utc(2026, 5, 20, 8, 0), BERLIN) is None
    assert opening_of_all([], utc(2026, 5, 20, 8, 0), BERLIN) is None


def test_hours_that_never_meet_are_told() -> None:
    assert meet(DAY, Hours(time(19), time(23)))
    assert not meet(DAY, Hours(time(20), time(23)))
    assert not meet(DAY, NIGHT)


def test_a_person_lives_in_their_own_zone_or_in_their_countrys_only_one() -> None:
    account = ZoneInfo("Europe/Vienna")
    assert zone_of("America/Denver", "DE", account).key == "America/Denver"
    assert zone_of(None, "de", account) == BERLIN
    assert zone_of("Mars/Base", "US", account) == account
    assert zone_of(None, None, account) == account


def test_what_is_no_time_of_the_day_is_refused() -> None:
    with pytest.raises(Invalid, match=r"hours\.bad_time"):
        Hours.read("25:00", "9")
    assert Hours.read("09:00", "20:00") == DAY


times = some.times().map(lambda moment: moment.replace(second=0, microsecond=0))
zones = some.sampled_from(sorted({*BY_COUNTRY.values(), "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"}))
moments = some.integers(0, 6 * 365 * 24 * 60).map(lambda minutes: utc(2024, 1, 1) + timedelta(minutes=minutes))


@given(times, times, moments, zones)
def test_an_opening_is_within_the_hours_and_no_earlier_minute_is(
    opens: time, closes: time, now: datetime, zone: str
) -> None:
    hours, where = Hours(opens, closes), ZoneInfo(zone)
    opening = next_opening(hours, now, where)
    if opening is None:
        assert hours.hold(now.astimezone(where).time())
        return
    assert opening > now
    assert hours.hold(opening.astimezone(where).time())
    minute = now
    while (minute := minute + timedelta(minutes=1)) < opening:
        assert not hours.hold(minute.astimezone(where).time())
