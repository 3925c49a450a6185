"""When a country's people may be written to: hours, Sundays, holidays, and several time zones at once."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.rules.countries import USUAL, easter, is_holiday, kept, opening, read

FRANCE, NORTH_AMERICA = USUAL
PARIS = [ZoneInfo("Europe/Paris")]


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-05-20T19:59+02:00", "2026-05-20T19:59+02:00"),
        ("2026-05-20T20:00+02:00", "2026-05-21T08:00+02:00"),
        ("2026-05-23T20:30+02:00", "2026-05-26T08:00+02:00"),
        ("2026-12-24T21:00+01:00", "2026-12-26T08:00+01:00"),
        ("2026-05-14T10:00+02:00", "2026-05-15T08:00+02:00"),
        ("2026-03-29T00:30+01:00", "2026-03-30T08:00+02:00"),
    ],
    ids=["evening", "night", "Sunday and Whit Monday", "Christmas", "Ascension", "Sunday of the change of clocks"],
)
def test_advertising_waits_in_france(now: str, opens: str) -> None:
    assert opening(FRANCE, datetime.fromisoformat(now), PARIS) == datetime.fromisoformat(opens)


def test_where_nobody_knows_the_zone_all_have_to_be_awake() -> None:
    zones = [ZoneInfo(name) for name in NORTH_AMERICA.zones]
    morning = datetime(2026, 5, 20, 12, 30, tzinfo=UTC)
    assert opening(NORTH_AMERICA, morning, zones) == datetime(2026, 5, 20, 15, 0, tzinfo=UTC)
    assert opening(NORTH_AMERICA, morning, zones[:1]) == morning
    late = datetime(2026, 5, 21, 1, 30, tzinfo=UTC)
    assert opening(NORTH_AMERICA, late, zones) == datetime(2026, 5, 21, 15, 0, tzinfo=UTC)


def test_easter_falls_as_the_almanac_says() -> None:
    days = {2024: (3, 31), 2025: (4, 20), 2026: (4, 5), 2027: (3, 28), 2038: (4, 25), 2049: (4, 18), 2076: (4, 19)}
    assert {year: (easter(year).month, easter(year).day) for year in days} == days
    assert is_holiday(date(2026, 4, 6), ["easter+1"])
    assert not is_holiday(date(2026, 4, 5), ["easter+1"])


def test_the_rules_come_back_from_the_settings_as_they_were() -> None:
    assert [read(one.beginning, kept(one)) for one in USUAL] == list(USUAL)
