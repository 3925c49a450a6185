"""Claiming batches: turn by turn between the origins of a channel, within the day's limit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.messages import DeliveryId
from core.queries import deliveries, pacing
from core.tables.campaigns import Origin
from core.vocabulary import DeliveryState

SCOPE = "account"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours until its batch's lease ends."""

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


class Claims:
    """Remembers whose turn it is and how far each origin has been walked during one drain."""

    def __init__(
        self,
        engine: AsyncEngine,
        channel: str,
        *,
        holder: str,
        size: int,
        clock: Callable[[], datetime],
        limit: Limit | None,
    ) -> None:
        self._engine, self._channel, self._holder = engine, channel, holder
        self._size, self._clock, self._limit = size, clock, limit
        self._cursors: dict[int, int] = {}
        self._swept: set[int] = set()
        self._last: int = 0
        self.ended: set[int] = set()
        self.batches: list[int] = []
        self.limited = False
        """Whether the day's limit was the reason that nothing more was claimed."""

    def interrupted(self) -> None:
        """A gate has closed under way: what was walked past without being sent is looked at again next time."""
        self._cursors.clear()

    async def next_batch(self) -> list[Claimed]:
        """The next origin's turn; an empty list when no origin of the channel has anything to claim now."""
        while True:
            async with self._engine.begin() as connection:
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

    async def _whose_turn(self, connection: AsyncConnection) -> Row[int, str, int | None] | None:
        """Open origins in the order of their age, beginning after the one that was served last."""
        statement = (
            select(Origin.id, Origin.purpose, Origin.sample_id)
            .where(Origin.channel == self._channel, Origin.open, ~deliveries.barred(self._channel, Origin.id))
            .order_by(Origin.id)
        )
        origins = [row for row in await connection.execute(statement) if row.id not in self.ended]
        if not origins:
            return None
        later = [row for row in origins if row.id > self._last]
        chosen = (later or origins)[0]
        self._last = chosen.id
        return chosen

    async def _claim(self, connection: AsyncConnection, origin: Row[int, str, int | None]) -> list[Claimed] | None:
        """A batch of this origin within the limit; None when the day has no slot left."""
        granted = await self._reserve(connection)
        if granted == 0:
            self.limited = True
            return None
        rows = await self._rows(connection, origin, granted)
        claimed = [row for row in rows if row.state == DeliveryState.CLAIMED]
        if granted > len(claimed):
            await self.return_slots(connection, granted - len(claimed))
        if not claimed:
            return []
        opened = deliveries.open_batch(origin.id, self._holder, [row.id for row in claimed])
        batch_id = (await connection.execute(opened)).scalar_one()
        self.batches.append(batch_id)
        return [_claimed(row, batch_id, origin.id) for row in claimed]

    async def _rows(self, connection: AsyncConnection, origin: Row[int, str, int | None], size: int) -> list[Row[Any]]:
        channel, purpose, sample_id = self._channel, origin.purpose, origin.sample_id
        due = deliveries.claim_due(channel, purpose, origin.id, size, self._clock(), sample_id=sample_id)
        rows = list(await connection.execute(due))
        if len(rows) < size:
            after = self._cursors.get(origin.id)
            if after is None:
                after = (await connection.execute(deliveries.reach_first_fresh(origin.id))).scalar_one()
            rest = deliveries.claim_fresh(channel, purpose, origin.id, after, size - len(rows), sample_id=sample_id)
            found = list(await connection.execute(rest))
            self._cursors[origin.id] = max((row.id for row in found), default=after)
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

    async def _reserve(self, connection: AsyncConnection) -> int:
        if self._limit is None:
            return self._size
        day = self._limit.day(self._clock())
        reserve = pacing.reserve(SCOPE, day, self._size)
        granted = (await connection.execute(reserve)).scalar_one_or_none()
        if granted is None:
            await connection.execute(pacing.open_day(SCOPE, day, self._limit.default, "start", "system"))
            granted = (await connection.execute(reserve)).scalar_one()
        return granted


def _claimed(row: Row[Any], batch_id: int, origin_id: int) -> Claimed:
    values = {
        "first_name": row.first_name,
        "last_name": row.last_name,
        "language": row.language,
        "country": row.country,
        "external_id": row.external_id,
        "email": row.address,
    }
    if row.attributes:
        values = row.attributes | values
    return Claimed(
        row.id, row.generation, row.attempt, batch_id, origin_id, row.content_id, row.address, values, row.created_at
    )
