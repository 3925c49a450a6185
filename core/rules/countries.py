"""What countries ask of short messages that advertise: at which hours they may come, and whether from a name.

The usual ones are those for which a source is known; they are a start, and no legal advice.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.rules import wall
from core.rules.hours import Hours, next_opening

BEGINNING = re.compile(r"\+[1-9]\d{0,7}")
"""Of a number: a country's code, or more of it."""
EASTER = "easter"
FRENCH_HOLIDAYS = (
    *("01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25"),
    *("easter+1", "easter+39", "easter+50"),
)
DAYS_AHEAD = 60


@dataclass(frozen=True, slots=True)
class Country:
    """`beginning` is how its numbers begin. A holiday is a month and a day, or so many days from Easter Sunday."""

    beginning: str
    quiet: Hours | None = None
    sundays: bool = False
    """Whether Sundays are quiet as a whole."""
    holidays: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    """Of several zones all have to be awake where nobody knows in which of them somebody lives."""
    names: bool = True
    """Whether a name may stand as the sender, instead of a number."""


USUAL = (
    Country("+33", Hours(time(20), time(8)), sundays=True, holidays=FRENCH_HOLIDAYS, zones=("Europe/Paris",)),
    Country(
        "+1",
        Hours(time(21), time(8)),
        zones=("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
        names=False,
    ),
)
"""France: no advertising on Sundays and holidays, nor from 20:00 to 8:00 as senders keep it; carriers hold it back from
22:00 on (https://developers.brevo.com/reference/sendtransacsms). United States: 8:00 to 21:00 by the clock of whoever
is called (47 CFR 64.1200(c)(1)), and like Canada no names as senders
(https://support.twilio.com/hc/en-us/articles/223181348).
"""


def kept(country: Country) -> dict[str, Any]:
    """As it stands in the settings."""
    return {
        "quiet": country.quiet.written() if country.quiet else None,
        "sundays": country.sundays,
        "holidays": list(country.holidays),
        "zones": list(country.zones),
        "names": country.names,
    }


def read(beginning: str, found: Mapping[str, Any]) -> Country:
    quiet = Hours.read(**found["quiet"]) if found["quiet"] else None
    lists = {name: tuple(found[name]) for name in ("holidays", "zones")}
    return Country(beginning, quiet, found["sundays"], names=found["names"], **lists)


def opening(country: Country, now: datetime, zones: Sequence[ZoneInfo]) -> datetime:
    """When all of these zones are awake next; now, if they are."""
    at = now
    for _ in range(DAYS_AHEAD):
        later = max((_awake(country, at, zone) for zone in zones), default=at)
        if later == at:
            break
        at = later
    return at


def is_holiday(day: date, holidays: Sequence[str]) -> bool:
    return f"{day:%m-%d}" in holidays or f"{EASTER}{(day - easter(day.year)).days:+d}" in holidays


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    century, golden = year // 100, year % 19
    moved = century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15
    epact = moved % 30
    epact -= (epact // 28) * (1 - (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    days = epact - weekday
    month = 3 + (days + 40) // 44
    return date(year, month, days + 28 - 31 * (month // 4))


def _awake(country: Country, at: datetime, zone: ZoneInfo) -> datetime:
    """The end of a quiet day or of quiet hours, whichever is on; another may follow."""
    local = at.astimezone(zone).date()
    if (country.sundays and local.weekday() == 6) or is_holiday(local, country.holidays):
        return wall.moment(local + timedelta(days=1), time(0), zone)
    return (country.quiet and next_opening(country.quiet.outside(), at, zone)) or at
