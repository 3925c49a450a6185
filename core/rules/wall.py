"""When the clock on a wall shows a time: also on days on which it is put forward or back."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.errors import Invalid


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC. A time that is skipped is the first minute after the gap; of two the first one counts."""
    wanted = datetime.combine(day, at)
    found = wanted.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wanted:
        return found
    found = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while found.astimezone(zone).replace(tzinfo=None) < wanted:
        found += timedelta(minutes=1)
    return found


def read(written: str, zone: ZoneInfo) -> datetime:
    """Of `2026-12-01 09:00` on the zone's walls, or with an offset of its own; raise Invalid (`schedule.bad_time`)."""
    try:
        given = datetime.fromisoformat(written.strip().replace(" ", "T", 1)).replace(second=0, microsecond=0)
    except ValueError:
        raise Invalid("schedule.bad_time", where="at", given=written[:30]) from None
    if len(written.strip()) < len("2026-12-01 09:00"):
        raise Invalid("schedule.bad_time", where="at", given=written[:30])
    return given.astimezone(UTC) if given.tzinfo else moment(given.date(), given.time(), zone)
