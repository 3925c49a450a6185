"""When a series runs, and for whose date: over months of any length, leap years and daylight saving."""

from datetime import UTC, date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from core.errors import Invalid
from core.rules.anniversaries import DateRule
from core.rules.rhythm import Rhythm, after

BERLIN = ZoneInfo("Europe/Berlin")


def shown(rhythm: Rhythm, moment: datetime, count: int = 3, zone: ZoneInfo = BERLIN) -> list[str]:
    return [f"{one.at.astimezone(zone):%a %Y-%m-%d %H:%M}" for one in islice(after(rhythm, moment, zone), count)]


def test_every_monday_at_nine_is_nine_on_the_wall_before_and_after_the_clocks_change() -> None:
    mondays = Rhythm.read("week", "09:00", weekdays=[1])
    instants = [one.at for one in islice(after(mondays, datetime(2026, 3, 23, 12, tzinfo=UTC), BERLIN), 2)]
    assert instants == [datetime(2026, 3, 30, 7, tzinfo=UTC), datetime(2026, 4, 6, 7, tzinfo=UTC)]
    before = datetime(2026, 3, 16, 12, tzinfo=UTC)
    assert next(after(mondays, before, BERLIN)).at == datetime(2026, 3, 23, 8, tzinfo=UTC)


def test_the_moment_of_a_run_belongs_to_the_run_before() -> None:
    daily = Rhythm.read("day", "09:00")
    assert shown(daily, datetime(2026, 5, 20, 7, tzinfo=UTC), 1) == ["Thu 2026-05-21 09:00"]
    assert shown(daily, datetime(2026, 5, 20, 6, 59, tzinfo=UTC), 1) == ["Wed 2026-05-20 09:00"]


def test_a_time_that_spring_skips_runs_at_the_end_of_the_gap_and_one_that_autumn_brings_twice_runs_once() -> None:
    night = Rhythm.read("day", "02:30")
    assert shown(night, datetime(2026, 3, 28, 12, tzinfo=UTC), 2) == ["Sun 2026-03-29 03:00", "Mon 2026-03-30 02:30"]
    autumn = list(islice(after(night, datetime(2026, 10, 24, 12, tzinfo=UTC), BERLIN), 2))
    assert [one.at for one in autumn] == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 26, 1, 30, tzinfo=UTC),
    ]


def test_several_days_of_the_week() -> None:
    twice = Rhythm.read("week", "18:00", weekdays=[4, 1, 4])
    assert [one[:3] for one in shown(twice, datetime(2026, 5, 20, tzinfo=UTC), 4)] == ["Thu", "Mon", "Thu", "Mon"]


def test_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    last = Rhythm.read("month", "09:00", day=31)
    days = [one[4:14] for one in shown(last, datetime(2027, 12, 31, 12, tzinfo=UTC), 4)]
    assert days == ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("hour", "09:00"), "rhythm.bad_every"),
        (("day", "nine"), "rhythm.bad_time"),
        (("week", "09:00"), "rhythm.no_weekday"),
    ],
)
def test_what_is_no_rhythm_is_refused(given: tuple[str, str], code: str) -> None:
    with pytest.raises(Invalid) as problem:
        Rhythm.read(*given)
    assert problem.value.code == code
    with pytest.raises(Invalid, match=r"rhythm\.bad_day"):
        Rhythm.read("month", "09:00", day=32)


def test_a_rhythm_is_kept_and_read_back() -> None:
    for one in (Rhythm.read("week", "09:00", weekdays=[1, 5]), Rhythm.read("month", "23:59", day=15)):
        assert Rhythm.kept(one.written()) == one


def test_days_before_and_after_a_date_are_counted_from_the_day_of_the_run() -> None:
    assert DateRule("contract_ends", -14).on(date(2026, 3, 1))["value"] == "2026-03-15"
    assert DateRule("bought", 3).on(date(2026, 3, 1))["value"] == "2026-02-26"
    assert DateRule("birthday", 0, yearly=True).on(date(2026, 3, 1)) == {
        "attribute": "birthday",
        "op": "recurs_on",
        "type": "date",
        "value": "2026-03-01",
    }
