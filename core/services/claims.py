"""Claiming batches: turn by turn between the origins of a channel, within the day's limit and the sending hours."""

import asyncio
import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from core.hot import HotConnection, Statement
from core.messages import DeliveryId
from core.ports import Traits
from core.queries import claims as queries
from core.rules.addresses import address_variable
from core.rules.capping import Cap
from core.services.slots import Limit, Slots, Whose
from core.services.times import Times, Window
from core.vocabulary import DeliveryState, Purpose

STATE = 3
"""The place of the state in a claimed row."""
OPEN_BATCH = Statement(queries.open_batch())
REACH_FIRST_FRESH = Statement(queries.reach_first_fresh())

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


class _Turn(NamedTuple):
    """An origin whose turn it is."""

    id: int
    purpose: str
    topic: str | None
    sample_id: int | None
    sender_id: int | None
    hours: Mapping[str, Any] | None
    uncapped: bool | None
    since: datetime

    @property
    def whose(self) -> Whose:
        return Whose(self.purpose, self.sender_id)


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
        times: Times | None = None,
        cap: Cap | None = None,
        lane: int | None = None,
    ) -> None:
        """`lane` is the sender whose own servers it claims for; None: all who have none."""
        self._statements, self._holder = _Statements(channel, traits, answers, cap, lane), holder
        self._address = address_variable(channel)
        self._size, self._clock, self._times = size, clock, times
        self._limit = limit
        self._slots = None if limit is None else Slots(limit, clock())
        self._whose: dict[int, Whose] = {}
        self._cursors: dict[int, int] = {}
        self._swept: set[int] = set()
        self._without_slots: set[int] = set()
        self._last: int = 0
        self.ended: set[int] = set()
        self.batches: list[int] = []
        self.limited = False
        """Whether the day's limit was the reason that nothing more was claimed."""
        self.closed: dict[int, datetime] = {}
        """Origins whose sending hours begin later."""

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
            if batch:
                return batch

    async def return_slots(self, connection: AsyncConnection, unused: Iterable[int]) -> None:
        """Give back the slots of messages that were not sent, each named by its batch, to the day of the claim."""
        if self._slots is not None:
            for whose, slots in Counter(self._whose[batch_id] for batch_id in unused).items():
                await self._slots.give_back_late(connection, whose, slots)

    def is_over(self, now: datetime) -> bool:
        """Whether the day is over whose slots were taken."""
        return self._slots is not None and self._slots.is_over(now)

    async def _whose_turn(self, connection: HotConnection) -> _Turn | None:
        """Open origins in the order of their age, beginning after the one that was served last."""
        rows = await connection.run(self._statements.origins)
        origins = [_Turn(*row) for row in rows if row[0] not in self.ended and row[0] not in self._without_slots]
        origins = self._leftover([origin for origin in origins if self._is_open(origin)])
        if not origins:
            return None
        later = [origin for origin in origins if origin.id > self._last]
        chosen = (later or origins)[0]
        self._last = chosen.id
        return chosen

    def _leftover(self, origins: list[_Turn]) -> list[_Turn]:
        """What the limit of the day before left over goes alone, the oldest first; only campaigns wait for it."""
        before = None if self._limit is None else self._limit.leftover_before
        if before is None:
            return origins
        old = [one for one in origins if one.purpose == Purpose.MARKETING and one.since < before]
        return [one for one in origins if one.purpose != Purpose.MARKETING or one in old[:1]] if old else origins

    def _is_open(self, origin: _Turn) -> bool:
        """Hours by the account's clock hold up the whole origin, and no row is touched for it."""
        window = self._window(origin)
        if window is None or window.own_zone or not window.hours or self._times is None:
            return True
        opening = self._times.opening(window, self._clock())
        if opening is not None:
            self.closed[origin.id] = opening
        return opening is None

    def _window(self, origin: _Turn) -> Window | None:
        return None if self._times is None else self._times.window(origin.purpose, origin.hours)

    async def _claim(self, connection: HotConnection, origin: _Turn) -> list[Claimed]:
        """A batch of this origin within the limit; empty where nothing is left to claim, or no slot."""
        granted = self._size
        if self._slots is not None:
            granted = await self._slots.take(connection, origin.whose, self._size, self._clock())
        if granted == 0:
            self.limited = True
            self._without_slots.add(origin.id)
            return []
        rows = await self._rows(connection, origin, granted)
        claimed = [row for row in rows if row[STATE] == DeliveryState.CLAIMED]
        if granted > len(claimed) and self._slots is not None:
            await self._slots.give_back(connection, origin.whose, granted - len(claimed))
        if not claimed:
            return []
        ids = [row[0] for row in claimed]
        day = None if self._slots is None else self._slots.day
        opened = await connection.run(OPEN_BATCH, origin=origin.id, holder_name=self._holder, ids=ids, slots_day=day)
        batch_id: int = opened[0][0]
        self.batches.append(batch_id)
        self._whose[batch_id] = origin.whose
        attributes = _attributes(claimed)
        return [
            _claimed(row, values, batch_id, origin.id, self._address)
            for row, values in zip(claimed, attributes, strict=True)
        ]

    async def _rows(self, connection: HotConnection, origin: _Turn, size: int) -> list[Row]:
        window = self._window(origin)
        timed = window is not None and window.timed
        claim_due, claim_fresh = self._statements.of(origin.purpose, timed=timed, uncapped=bool(origin.uncapped))
        whose: dict[str, object] = {"origin": origin.id, "sample": origin.sample_id, "topic": origin.topic}
        if window is not None and self._times is not None and timed:
            whose |= self._times.bound(window, self._clock())
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

    @property
    def has_some(self) -> bool:
        return bool(self.waiting) or (self._upcoming is not None and self._upcoming.done())

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

    def __init__(
        self, channel: str, traits: Traits | None, answers: bool | None, cap: Cap | None, lane: int | None
    ) -> None:
        self._channel, self._traits, self._cap = channel, traits, cap
        self._compiled: dict[tuple[str, bool, bool], tuple[Statement, Statement]] = {}
        self.origins = Statement(queries.open_origins(channel, answers=answers, lane=lane))

    def of(self, purpose: str, *, timed: bool, uncapped: bool) -> tuple[Statement, Statement]:
        """`claim_due` and `claim_fresh`, `timed` where each recipient's own clock is asked."""
        cap = None if uncapped or self._cap is None or not self._cap.holds_for(purpose) else self._cap
        key = (purpose, timed, cap is not None)
        if key not in self._compiled:
            due = queries.claim_due(self._channel, purpose, traits=self._traits, timed=timed, cap=cap)
            fresh = queries.claim_fresh(self._channel, purpose, traits=self._traits, timed=timed, cap=cap)
            self._compiled[key] = Statement(due), Statement(fresh)
        return self._compiled[key]


def _attributes(rows: Sequence[Row]) -> list[dict[str, object]]:
    """Read in one go: document by document took 2.7 µs a row, of which this takes a tenth."""
    read: list[dict[str, object]] = json.loads(f"[{','.join([row[-1] or '{}' for row in rows])}]")
    return read


def _claimed(row: Row, values: dict[str, object], batch_id: int, origin_id: int, address_name: str) -> Claimed:
    id_, generation, attempt, _, created_at, content_id, address, first, last, language, country, external, _ = row
    values["first_name"] = first
    values["last_name"] = last
    values["language"] = language
    values["country"] = country
    values["external_id"] = external
    values[address_name] = address
    return Claimed(id_, generation, attempt, batch_id, origin_id, content_id, address, values, created_at)
