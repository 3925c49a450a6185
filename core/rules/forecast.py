"""When the last of what waits for the daily limit leaves, if every day is like today and the pace stays."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many wait, and until when."""

    waiting: int
    day: date
    at: datetime | None = None
    """The time of that day; None as long as no pace is known."""


def forecast(
    waiting: int, left_today: int, a_day: int, now: datetime, *, pace: float | None = None, opens: time = time()
) -> Forecast | None:
    """By the clock of `now`; None without any slot a day.

    `pace` is in messages a second; of a later day the first message leaves when it `opens`.
    """
    beyond = waiting - max(0, left_today)
    if beyond > 0 and a_day <= 0:
        return None
    days = -(-beyond // a_day) if beyond > 0 else 0
    on_the_last = beyond - (days - 1) * a_day if days else waiting
    day = now.date() + timedelta(days=days)
    if not pace:
        return Forecast(waiting, day)
    begins = datetime.combine(day, opens, now.tzinfo) if days else now
    ends = begins.astimezone(UTC) + timedelta(seconds=on_the_last / pace)
    return Forecast(waiting, day, ends.astimezone(now.tzinfo))
