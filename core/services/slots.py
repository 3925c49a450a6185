"""The slots of one drain: taken from the day of the account and of the sender together, or not at all."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from core.hot import HotConnection, Statement
from core.queries import pacing
from core.vocabulary import UNCOUNTED, Purpose

QUIET_SECONDS = 15
"""So long before midnight nothing more is claimed: what is claimed has to be on its way on the same day."""
FREE = Statement(pacing.free())
TAKE = Statement(pacing.take())
GIVE_BACK = Statement(pacing.give_back())


@dataclass(frozen=True, slots=True)
class Limit:
    """The daily limit of a channel: `open_today` closes the days before and gives this one its limits."""

    timezone: ZoneInfo
    open_today: Callable[[], object]
    reserve: int = 0
    """How many of a day's slots are kept for service mail."""
    leftover_before: datetime | None = None
    """Where the limit left something over: what was launched before goes before anything newer."""


@dataclass(frozen=True, slots=True)
class Whose:
    """For what slots are taken."""

    purpose: str
    sender_id: int | None

    @property
    def bound(self) -> dict[str, object]:
        sender = None if self.sender_id is None else pacing.sender_scope(self.sender_id)
        return {"sender": sender, "testing": int(self.purpose in UNCOUNTED)}


class Slots:
    """Of the day on which the drain began; once that is over, nothing more is claimed or marked."""

    def __init__(self, limit: Limit, now: datetime) -> None:
        self._limit = limit
        self.day: date = now.astimezone(limit.timezone).date()
        self._ends = pacing.span(self.day, limit.timezone)[1]
        self._last_claim = self._ends - timedelta(seconds=QUIET_SECONDS)

    def is_over(self, now: datetime) -> bool:
        return now >= self._ends

    async def take(self, connection: HotConnection, whose: Whose, wanted: int, now: datetime) -> int:
        """How many were granted, in the transaction of the connection; 0 once the day is over or used up."""
        if now >= self._last_claim:
            return 0
        asked = {
            "sender": whose.bound["sender"],
            "slots_day": self.day,
            "kept": 0 if whose.purpose == Purpose.SERVICE else self._limit.reserve,
        }
        scopes = 1 if whose.sender_id is None else 2
        free = await connection.run(FREE, **asked)
        if len(free) < scopes:
            await asyncio.to_thread(self._limit.open_today)
            free = await connection.run(FREE, **asked)
        granted = max(0, min(wanted, *(int(left) for (left,) in free))) if len(free) == scopes else 0
        if granted:
            await connection.run(TAKE, **whose.bound, slots_day=self.day, slots=granted)
        return granted

    async def give_back(self, connection: HotConnection, whose: Whose, slots: int) -> None:
        await connection.run(GIVE_BACK, **whose.bound, slots_day=self.day, slots=slots)

    async def give_back_late(self, connection: AsyncConnection, whose: Whose, slots: int) -> None:
        """As `give_back`, over a connection of SQLAlchemy's, where messages came to nothing."""
        await connection.execute(pacing.give_back(), {**whose.bound, "slots_day": self.day, "slots": slots})
