"""Times that a launch is offered for, so that nobody has to write one on a telephone."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.rules import wall

SOON = timedelta(minutes=15)
MORNING, EVENING = time(9), time(18)


def offers(now: datetime, zone: ZoneInfo) -> list[datetime]:
    """This evening, tomorrow morning and evening, and next Monday morning: each once, and none too soon."""
    times = {wall.moment(day, at, zone) for day, at in _wanted(now.astimezone(zone).date())}
    return sorted(at for at in times if at >= now + SOON)


def _wanted(today: date) -> Iterator[tuple[date, time]]:
    tomorrow, monday = today + timedelta(days=1), today + timedelta(days=7 - today.weekday())
    yield from ((today, MORNING), (today, EVENING), (tomorrow, MORNING), (tomorrow, EVENING), (monday, MORNING))
