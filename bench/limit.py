"""Sixty days of the daily limit, by a clock that is handed in: the product's own services over real PostgreSQL.

python -m bench.limit [--days 60] [--zone Europe/Berlin] [--picture docs/pictures/limit-60-days.png] [--json]

Nothing is sent: slots are taken and given back as a claim does it, and what came back is written as the dispatcher and
the hooks write it. Everything else (the close of a day, the block at once, its release) is what runs in production.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.installation import opened
from bench.limit_days import Account, Came
from bench.limit_picture import draw
from core.database import Sessions

BEGINS = date(2026, 10, 1)
"""So that the clocks go back on the 25th day."""
HOURS = range(8, 20)
"""When campaigns send, by the account's clock."""
RELEASED_AT = time(10)
"""On the day after a block somebody has cleaned the list and lets campaigns go on."""


@dataclass(frozen=True, slots=True)
class Mood:
    """How it goes from that day on: how many emails a day there are to send, and which shares come back."""

    day: int
    said: str
    wanted: int = 30_000
    errors: float = 0.004
    late: float = 0.0
    """Of yesterday's letters, bounced today."""
    complaints: float = 0.0


STORY = (
    Mood(1, "a clean list"),
    Mood(4, "an old list", errors=0.03),
    Mood(6, ""),
    Mood(12, "a bought list", errors=0.06),
    Mood(13, ""),
    Mood(20, "a dull letter", complaints=0.004),
    Mood(21, ""),
    Mood(28, "an annoying letter", complaints=0.009),
    Mood(29, ""),
    Mood(38, "little to say", wanted=6_000),
    Mood(41, "a list of dead addresses", errors=0.12),
    Mood(42, ""),
    Mood(47, "late bounces", late=0.03),
    Mood(48, ""),
    Mood(52, "strangers written to", complaints=0.025),
    Mood(53, ""),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One day as it went."""

    day: date
    limit: int
    used: int
    action: str
    cause: str
    blocked: bool
    said: str


def simulate(sessions: Sessions, zone: ZoneInfo, days: int, story: Sequence[Mood] = STORY) -> list[Told]:
    """Live through so many days, hour by hour; raises AssertionError if one has more than its limit."""
    account = Account(sessions, zone)
    told, before = [], 0
    for number in range(1, days + 1):
        mood = [one for one in story if one.day <= number][-1]
        day = BEGINS + timedelta(days=number - 1)
        blocked = _lived(account, day, mood, before)
        limit, used, action, cause = account.standing(day)
        assert used <= limit, f"{day}: {used} of {limit}"
        told.append(Told(day, limit, used, action, cause, blocked, mood.said if mood.day == number else ""))
        before = used
    return told


def _lived(account: Account, day: date, mood: Mood, before: int) -> bool:
    """One day, hour by hour; whether campaigns were stopped on it."""
    blocked, share = account.tick(_at(day, time(), account.zone)), 1 / len(HOURS)
    for hour in HOURS:
        now = _at(day, time(hour), account.zone)
        if time(hour) == RELEASED_AT:
            account.release(now)
        account.send(now, int(mood.wanted * share), Came(mood.errors, mood.complaints))
        account.bounce(now, before * mood.late * share)
        blocked = account.tick(now) or blocked
    return blocked


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--zone", type=ZoneInfo, default=ZoneInfo("Europe/Berlin"))
    parser.add_argument("--picture", type=Path, help="write the days as a PNG to this file")
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead of the table")
    asked = parser.parse_args()
    with opened(None) as sessions:
        told = simulate(sessions, asked.zone, asked.days)
    if asked.picture:
        draw(told, asked.picture)
    if asked.json:
        sys.stdout.write(json.dumps([asdict(one) for one in told], default=str) + "\n")
        return
    for one in told:
        stopped = "  stopped at once" if one.blocked else ""
        decided = f"{one.action:<5} {one.cause:<10}"
        sys.stdout.write(
            f"{one.day}  {one.limit:>6,}  {one.used:>6,} used  {decided}  {one.said}{stopped}\n".rstrip() + "\n"
        )


if __name__ == "__main__":
    main()
