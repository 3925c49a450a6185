"""How often a series runs: every day, on days of the week, or on a day of the month, at a time of the day."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.errors import Invalid
from core.rules import wall
from core.vocabulary import Every

LAST_DAY = 31
"""In a shorter month the last day stands in."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The day names it, for good; the moment is when it is due."""

    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`weekdays` (Monday is 1) count for weeks alone, `day` of the month for months alone."""

    every: Every
    at: time
    weekdays: tuple[int, ...] = ()
    day: int = 1

    @classmethod
    def read(cls, every: str, at: str, *, weekdays: Sequence[int] = (), day: int = 1) -> "Rhythm":
        """Raise Invalid (`rhythm.bad_every`, `rhythm.bad_time`, `rhythm.no_weekday`, `rhythm.bad_day`)."""
        if every not in set(Every):
            raise Invalid("rhythm.bad_every", where="every", given=every[:20])
        try:
            moment = time.fromisoformat(at.strip()).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            raise Invalid("rhythm.bad_time", where="at", given=at[:20]) from None
        if every == Every.WEEK and not (weekdays and all(1 <= one <= 7 for one in weekdays)):
            raise Invalid("rhythm.no_weekday", where="weekdays")
        if every == Every.MONTH and not 1 <= day <= LAST_DAY:
            raise Invalid("rhythm.bad_day", where="day")
        return cls(Every(every), moment, tuple(sorted(set(weekdays))) if every == Every.WEEK else (), day)

    @classmethod
    def kept(cls, written: Mapping[str, Any]) -> "Rhythm":
        return cls.read(written["every"], written["at"], weekdays=written["weekdays"], day=written["day"])

    def written(self) -> dict[str, object]:
        """As `kept` takes it, for keeping."""
        return {"every": self.every.value, "at": f"{self.at:%H:%M}", "weekdays": list(self.weekdays), "day": self.day}

    def falls_on(self, day: date) -> bool:
        match self.every:
            case Every.DAY:
                return True
            case Every.WEEK:
                return day.isoweekday() in self.weekdays
            case Every.MONTH:
                return day.day == min(self.day, monthrange(day.year, day.month)[1])


def after(rhythm: Rhythm, moment: datetime, zone: ZoneInfo) -> Iterator[Occurrence]:
    """The occurrences later than that moment, without end; each day has one at most."""
    day = moment.astimezone(zone).date()
    while True:
        if rhythm.falls_on(day) and (at := wall.moment(day, rhythm.at, zone)) > moment:
            yield Occurrence(day, at)
        day += timedelta(days=1)
