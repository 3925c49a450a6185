"""Claiming batches: turn by turn between the origins of a channel, within the day's limit."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from core.hot import HotConnection, Statement
from core.messages import DeliveryId
from core.ports import Traits
from core.queries import deliveries, pacing
from core.rules.addresses import address_variable
from core.vocabulary import DeliveryState

SCOPE = "account"
STATE = 3
"""The place of the state in a claimed row."""
OPEN_BATCH = Statement(deliveries.open_batch())
REACH_FIRST_FRESH = Statement(deliveries.reach_first_fresh())
RESERVE = Statement(pacing.reserve())

Row = tuple[Any, ...]


class Claimed(NamedTuple):
    """A delivery that is ours until its batch's lease ends; a tuple, for it is made once a message."""

    id: DeliveryId
    generation: int
    attempt: int
    batch_id: int
    origin_id: int
    content_id: int
    address: str
    values: Mapping[str, object]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Limit:
    """The account's daily limit: `default` opens a day that nobody has decided on yet."""

    default: int
    timezone: ZoneInfo

    def day(self, now: datetime) -> date:
        return now.astimezone(self.timezone).date()


class _Turn(NamedTuple):
    """An origin whose turn it is."""

    id: int
    purpose: str
    sample_id: int | None


class Claims:
    """Remembers whose turn it is and how far each origin has been walked during one drain."""

    def __init__(
        self,
        channel: str,
        *,
        holder: str,
        size: int,
        clock: Callable[[], datetime],
        limit: Limit | None,
        traits: Traits | None = None,
        answers: bool | None = None,
    ) -> None:
        self._statements, self._holder = _Statements(channel, traits, answers), holder
        self._address = address_variable(channel)
        self._size, self._clock, self._limit = size, clock, limit
        self._cursors: dict[int, int] = {}
        self._swept: set[int] = set()
        self._last: int = 0
        self.ended: set[int] = set()
        self.batches: list[int] = []
        self.limited = False
        """Whether the day's limit was the reason that nothing more was claimed."""

    def interrupted(self) -> None:
        """A gate or a lease has closed under way: what was walked past without being sent is looked at again."""
        self._cursors.clear()
        self._swept.clear()
        self.ended.clear()

    async def next_batch(self, connection: HotConnection) -> list[Claimed]:
        """The next origin's turn; an empty list when no origin of the channel has anything to claim now."""
        while True:
            async with connection.transaction():
                origin = await self._whose_turn(connection)
                if origin is None:
                    return []
                batch = await self._claim(connection, origin)
            if batch is None:
                return []
            if batch:
                return batch

    async def return_slots(self, connection: AsyncConnection, slots: int) -> None:
        """Give unused slots back to the day."""
        if self._limit is not None:
            await connection.execute(pacing.give_back(SCOPE, self._limit.day(self._clock()), slots))

    async def _whose_turn(self, connection: HotConnection) -> _Turn | None:
        """Open origins in the order of their age, beginning after the one that was served last."""
        rows = await connection.run(self._statements.origins)
        origins = [_Turn(*row) for row in rows if row[0] not in self.ended]
        if not origins:
            return None
        later = [origin for origin in origins if origin.id > self._last]
        chosen = (later or origins)[0]
        self._last = chosen.id
        return chosen

    async def _claim(self, connection: HotConnection, origin: _Turn) -> list[Claimed] | None:
        """A batch of this origin within the limit; None when the day has no slot left."""
        granted = await self._reserve(connection)
        if granted == 0:
            self.limited = True
            return None
        rows = await self._rows(connection, origin, granted)
        claimed = [row for row in rows if row[STATE] == DeliveryState.CLAIMED]
        if granted > len(claimed) and self._limit is not None:
            unused = granted - len(claimed)
            await connection.run(Statement(pacing.give_back(SCOPE, self._limit.day(self._clock()), unused)))
        if not claimed:
            return []
        ids = [row[0] for row in claimed]
        opened = await connection.run(OPEN_BATCH, origin=origin.id, holder_name=self._holder, ids=ids)
        batch_id: int = opened[0][0]
        self.batches.append(batch_id)
        return [_claimed(row, batch_id, origin.id, self._address) for row in claimed]

    async def _rows(self, connection: HotConnection, origin: _Turn, size: int) -> list[Row]:
        claim_due, claim_fresh = self._statements.of(origin.purpose)
        whose = {"origin": origin.id, "sample": origin.sample_id}
        rows = await connection.run(claim_due, **whose, size=size, now=self._clock())
        if len(rows) < size:
            after = self._cursors.get(origin.id)
            if after is None:
                after = (await connection.run(REACH_FIRST_FRESH, origin=origin.id))[0][0]
            found = await connection.run(claim_fresh, **whose, after=after, size=size - len(rows), now=self._clock())
            self._cursors[origin.id] = max((row[0] for row in found), default=after)
            rows += found
        if not rows:
            self._come_to_the_end(origin.id)
        return rows

    def _come_to_the_end(self, origin_id: int) -> None:
        """Walk once more from the start before believing that nothing is left: another worker may have let go."""
        if origin_id in self._swept:
            self.ended.add(origin_id)
        self._swept.add(origin_id)
        self._cursors.pop(origin_id, None)

    async def _reserve(self, connection: HotConnection) -> int:
        if self._limit is None:
            return self._size
        day = self._limit.day(self._clock())
        wanted = {"scope": SCOPE, "day": day, "wanted": self._size}
        granted = await connection.run(RESERVE, **wanted)
        if not granted:
            await connection.run(Statement(pacing.open_day(SCOPE, day, self._limit.default, "start", "system")))
            granted = await connection.run(RESERVE, **wanted)
        return int(granted[0][0])


class Ahead:
    """Claims the next batch while the one before is sent; `more` is called when one has come."""

    def __init__(self, claims: Claims, connection: HotConnection, least: int, more: Callable[[], None]) -> None:
        """Less than `least` waiting is when the next batch is taken in."""
        self._claims, self._connection, self._least, self._more = claims, connection, least, more
        self.waiting: deque[Claimed] = deque()
        self.ended = False
        self._asked_last = True
        """Whether `_upcoming` was asked when nothing waited any more: only then is its `nothing` the end."""
        self._upcoming: asyncio.Task[list[Claimed]] | None = self._ask()

    def refill(self) -> list[Claimed]:
        """What has come in since, if there is need of it."""
        if self.ended or len(self.waiting) >= self._least:
            return []
        if self._upcoming is None and not self.waiting:
            self._upcoming = self._ask()
        if self._upcoming is None or not self._upcoming.done():
            return []
        batch, self._upcoming = self._upcoming.result(), None
        self.waiting.extend(batch)
        if batch:
            self._upcoming = self._ask()
        elif not self.waiting:
            self.ended = self._asked_last
            self._upcoming = None if self.ended else self._ask()
        return batch

    async def close(self) -> list[Claimed]:
        """What was claimed and nobody took in."""
        return [] if self._upcoming is None else await self._upcoming

    def _ask(self) -> "asyncio.Task[list[Claimed]]":
        self._asked_last = not self.waiting
        asked = asyncio.create_task(self._claims.next_batch(self._connection))
        asked.add_done_callback(lambda _: self._more())
        return asked


class _Statements:
    """The claims of a channel, compiled once for each purpose."""

    def __init__(self, channel: str, traits: Traits | None, answers: bool | None) -> None:
        self._channel, self._traits = channel, traits
        self._by_purpose: dict[str, tuple[Statement, Statement]] = {}
        self.origins = Statement(deliveries.open_origins(channel, answers=answers))

    def of(self, purpose: str) -> tuple[Statement, Statement]:
        """`claim_due` and `claim_fresh`."""
        if purpose not in self._by_purpose:
            due = deliveries.claim_due(self._channel, purpose, traits=self._traits)
            fresh = deliveries.claim_fresh(self._channel, purpose, traits=self._traits)
            self._by_purpose[purpose] = Statement(due), Statement(fresh)
        return self._by_purpose[purpose]


def _claimed(row: Row, batch_id: int, origin_id: int, address_name: str) -> Claimed:
    id_, generation, attempt, _, created_at, content_id, address, first, last, language, country, external, more = row
    values = more or {}
    values["first_name"] = first
    values["last_name"] = last
    values["language"] = language
    values["country"] = country
    values["external_id"] = external
    values[address_name] = address
    return Claimed(id_, generation, attempt, batch_id, origin_id, content_id, address, values, created_at)
