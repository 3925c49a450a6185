"""Hours of the day within which messages may leave, by the clock on a recipient's wall."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.errors import Invalid
from core.rules import wall

TYPED = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)
DAYS_AHEAD = 3
"""Today, tomorrow, and one more for a day that a time zone leaves out (Samoa, 30 December 2011)."""


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens` until before `closes`; over midnight where `opens` is the later one, always where they are equal."""

    opens: time
    closes: time

    @classmethod
    def read(cls, opens: str, closes: str) -> "Hours":
        """Of `09:00` and `20:00`; raise Invalid (`hours.bad_time`) for what is no time of the day."""
        return cls(_time(opens), _time(closes))

    @classmethod
    def typed(cls, written: str) -> "Hours":
        """Of `9:30-17:45` or `9–18` as people write them; raise Invalid (`hours.unreadable`), or as `read` does."""
        found = TYPED.fullmatch(written.strip())
        if found is None:
            raise Invalid("hours.unreadable", where="hours", given=written.strip()[:40])
        parts = (found.group(1, 2), found.group(3, 4))
        opens, closes = (f"{'00' if hour == '24' else hour:0>2}:{minute or '00'}" for hour, minute in parts)
        return cls.read(opens, closes)

    def outside(self) -> "Hours":
        """The rest of the day: sending hours of quiet hours, and the other way round."""
        return Hours(self.closes, self.opens)

    def hold(self, moment: time) -> bool:
        if self.opens == self.closes:
            return True
        if self.opens < self.closes:
            return self.opens <= moment < self.closes
        return moment >= self.opens or moment < self.closes

    def written(self) -> dict[str, str]:
        """As `read` takes it, for keeping."""
        return {"opens": f"{self.opens:%H:%M}", "closes": f"{self.closes:%H:%M}"}


def next_opening(hours: Hours, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When they begin next in that zone; None if they hold now.

    A beginning that daylight saving skips is the first minute after the gap; of two the first one counts.
    """
    local = now.astimezone(zone)
    if hours.hold(local.time()):
        return None
    openings = (_at(hours, local, days, zone) for days in range(DAYS_AHEAD))
    return next(opening for opening in openings if opening > now)


def opening_of_all(every: Sequence[Hours], now: datetime, zone: ZoneInfo) -> datetime | None:
    """When all of them hold together next; None if they do now. They have to meet at all: see `meet`."""
    opening = now
    while any(later := [found for hours in every if (found := next_opening(hours, opening, zone))]):
        opening = max(later)
    return None if opening == now else opening


def meet(one: Hours, other: Hours) -> bool:
    """Whether there is a time of the day in both."""
    return one.hold(other.opens) or other.hold(one.opens)


def _at(hours: Hours, local: datetime, days: int, zone: ZoneInfo) -> datetime:
    at = wall.moment(local.date() + timedelta(days=days), hours.opens, zone)
    while not hours.hold(at.astimezone(zone).time()):
        at += timedelta(minutes=1)
    return at


def _time(written: str) -> time:
    try:
        return time.fromisoformat(written.strip()).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise Invalid("hours.bad_time", where="hours", given=written[:20]) from None
