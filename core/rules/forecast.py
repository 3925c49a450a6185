"""When what waits for the daily limit will have gone out, if every day is like today."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def done_at(waiting: int, left_today: int, a_day: int, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The beginning of the day whose slots are enough, or `now` where today's are; None without any slot a day.

    A day's slots are used up soon after midnight, so that its beginning is as exact as a limit allows.
    """
    if waiting <= left_today:
        return now
    if a_day <= 0:
        return None
    days = -(-(waiting - max(0, left_today)) // a_day)
    return _beginning(now.astimezone(zone).date() + timedelta(days=days), zone)


def _beginning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
