"""The drain: claims deliveries of one channel, marks them, hands them to its provider, and records what came of it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import ChannelFault
from core.hot import HotConnection, Statement, hot_connection
from core.messages import Content, DeliveryId, Message, Unsent
from core.ports import Provider
from core.queries import deliveries
from core.rules.patience import USUAL, Patience
from core.services.claims import Claimed, Claims
from core.services.outcomes import Outcomes

GROUP = 50
"""The most messages marked `sending` in one commit."""
LEAST = 25
"""The fewest, but for the last: a commit costs nearly the same for one as for fifty."""
WINDOW = 100
"""The most messages between mark and outcome: what a `kill -9` may leave in doubt."""
RENEW_SECONDS = 15

log = structlog.get_logger()


@dataclass
class Drained:
    """What a drain did."""

    sent: int = 0
    settled: int = 0
    fault: ChannelFault | None = None
    ended: set[int] = field(default_factory=set)
    """Origins in which nothing was left to claim."""


class Drain:
    """One flight over one channel; connections, compiled letters and event loop live as long as it does."""

    def __init__(
        self,
        engine: AsyncEngine,
        provider: Provider,
        *,
        content: Callable[[int, int], Content],
        holder: str,
        clock: Callable[[], datetime],
        claims: Claims,
        patience: Patience = USUAL,
    ) -> None:
        self._engine, self._provider, self._content = engine, provider, content
        self._holder, self._clock, self._claims = holder, clock, claims
        self._mark = Statement(deliveries.mark(provider.traits.channel))
        self._outcomes = Outcomes(engine, claims, clock, patience, self._recorded)
        self._room = asyncio.Condition()
        self._under_way: dict[DeliveryId, Claimed] = {}
        self._open: dict[int, int] = {}
        self._marked: asyncio.Queue[list[Message] | None] = asyncio.Queue()
        """Never more than the window: what waits in here is under way."""
        self._stopping = False

    def stop(self) -> None:
        """Begin nothing more; what is on the wire is finished and recorded."""
        self._stopping = True

    async def run(self) -> Drained:
        """Send until nothing is left or `stop` is called; every delivery taken is settled or given back."""
        hot = (hot_connection(self._engine) for _ in range(3))
        async with next(hot) as claims, next(hot) as marks, next(hot) as records:
            return await self._run(claims, marks, records)

    async def _run(self, claims: HotConnection, marks: HotConnection, records: HotConnection) -> Drained:
        drained = Drained()
        keeper = asyncio.create_task(self._keep_leases())
        recorder = asyncio.create_task(self._record(records))
        marker = asyncio.create_task(self._mark_all(claims, marks))
        try:
            async for settled in self._provider.deliver(self._groups()):
                self._outcomes.add([(self._under_way[id_], outcome) for id_, outcome in settled])
                drained.settled += len(settled)
        except ChannelFault as fault:
            drained.fault = fault
        finally:
            self._stopping = True
            await self._wake()
            await asyncio.wait([marker])
            self._settle_untaken()
            await self._outcomes.finish()
            await recorder
            keeper.cancel()
            await self._give_back_rest()
        marker.result()
        drained.sent, drained.ended = self._outcomes.accepted, self._claims.ended
        return drained

    async def _groups(self) -> AsyncIterator[Sequence[Message]]:
        """Marked groups until nothing is left or nothing may begin any more."""
        while (group := await self._marked.get()) is not None:
            yield group

    def _settle_untaken(self) -> None:
        """What the provider has not taken any more surely was not sent."""
        while not self._marked.empty():
            for message in self._marked.get_nowait() or ():
                self._outcomes.add([(self._under_way[message.delivery_id], Unsent("not begun"))])

    async def _mark_all(self, claims: HotConnection, marks: HotConnection) -> None:
        """Claim and mark as fast as the window allows, one step ahead of the provider."""
        waiting: deque[Claimed] = deque()
        upcoming = asyncio.create_task(self._claims.next_batch(claims))
        asked_last = True
        """Whether `upcoming` was asked when nothing waited any more: only then is its `nothing` the end."""
        try:
            while not self._stopping:
                if len(waiting) < GROUP and (upcoming.done() or not waiting):
                    batch = await upcoming
                    self._keep(batch)
                    if asked_last and not batch and not waiting:
                        return
                    waiting.extend(batch)
                    asked_last = not waiting
                    upcoming = asyncio.create_task(self._claims.next_batch(claims))
                if waiting:
                    room = await self._room_for(min(LEAST, len(waiting)))
                    group = [waiting.popleft() for _ in range(min(GROUP, room, len(waiting)))]
                    await self._mark_group(marks, group)
        finally:
            self._marked.put_nowait(None)
            self._keep(await upcoming)

    def _keep(self, batch: list[Claimed]) -> None:
        for claimed in batch:
            self._open[claimed.id] = claimed.generation

    async def _room_for(self, least: int) -> int:
        """Wait until the window has room for so many; how many it has room for."""
        async with self._room:
            await self._room.wait_for(lambda: self._stopping or len(self._under_way) + least <= WINDOW)
        return 0 if self._stopping else WINDOW - len(self._under_way)

    async def _wake(self) -> None:
        async with self._room:
            self._room.notify_all()

    async def _mark_group(self, marks: HotConnection, group: list[Claimed]) -> None:
        """Commit `sending` for those that may still go; the others stay claimed and are given back at the end."""
        rows = await marks.run(
            self._mark,
            ids=[claimed.id for claimed in group],
            generations=[claimed.generation for claimed in group],
            batch_ids=[claimed.batch_id for claimed in group],
        )
        marked = {row[0] for row in rows}
        if len(marked) < len(group):
            self._claims.interrupted()
        going = [claimed for claimed in group if claimed.id in marked]
        for claimed in going:
            self._under_way[claimed.id] = claimed
            self._open.pop(claimed.id, None)
        if going:
            self._marked.put_nowait([self._message(claimed) for claimed in going])

    def _message(self, claimed: Claimed) -> Message:
        return Message(
            delivery_id=claimed.id,
            attempt=claimed.attempt,
            address=claimed.address,
            content=self._content(claimed.content_id, claimed.origin_id),
            values=claimed.values,
            created_at=claimed.created_at,
        )

    async def _record(self, records: HotConnection) -> None:
        """Record until the end; if that fails, begin nothing more, for its outcome could not be kept either."""
        try:
            await self._outcomes.run(records)
        finally:
            self._stopping = True
            await self._wake()

    async def _recorded(self, group: Sequence[Claimed]) -> None:
        """Only what is recorded makes room: the window bounds what a `kill -9` may leave in doubt."""
        for claimed in group:
            del self._under_way[claimed.id]
        await self._wake()

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            async with self._engine.begin() as connection:
                await connection.execute(deliveries.renew(self._claims.batches, self._holder))

    async def _give_back_rest(self) -> None:
        rows = list(self._open.items())
        async with self._engine.begin() as connection:
            if rows:
                await connection.execute(deliveries.give_back(rows, self._clock()))
                await self._claims.return_slots(connection, len(rows))
            if self._claims.batches:
                await connection.execute(deliveries.close_batches(self._claims.batches))
