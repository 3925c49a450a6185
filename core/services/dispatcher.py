"""The drain: claims deliveries of one channel, marks them, hands them to its provider, and records what came of it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import ChannelFault
from core.messages import Content, DeliveryId, Message
from core.ports import Provider
from core.queries import deliveries
from core.rules.patience import USUAL, Patience
from core.services.claims import Claimed, Claims
from core.services.outcomes import Outcomes

GROUP = 50
"""Messages marked `sending` in one commit."""
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
        self._channel = provider.traits.channel
        self._outcomes = Outcomes(engine, claims, clock, patience, self._recorded)
        self._room = asyncio.Condition()
        self._under_way: dict[DeliveryId, Claimed] = {}
        self._open: dict[int, int] = {}
        self._stopping = False
        self._broken = False

    def stop(self) -> None:
        """Begin nothing more; what is on the wire is finished and recorded."""
        self._stopping = True

    async def run(self) -> Drained:
        """Send until nothing is left or `stop` is called; every delivery taken is settled or given back."""
        drained = Drained()
        keeper = asyncio.create_task(self._keep_leases())
        recorder = asyncio.create_task(self._record())
        try:
            async for settled in self._provider.deliver(self._groups()):
                self._outcomes.add([(self._under_way[id_], outcome) for id_, outcome in settled])
                drained.settled += len(settled)
        except ChannelFault as fault:
            drained.fault = fault
        finally:
            self._stopping = True
            await self._outcomes.finish()
            await recorder
            keeper.cancel()
            await self._give_back_rest()
        drained.sent, drained.ended = self._outcomes.accepted, self._claims.ended
        return drained

    async def _groups(self) -> AsyncIterator[Sequence[Message]]:
        """Marked groups, as fast as the window allows; the next batch is claimed while this one is sent."""
        waiting: deque[Claimed] = deque()
        upcoming: asyncio.Task[list[Claimed]] | None = None
        try:
            while not self._stopping:
                if len(waiting) < GROUP and upcoming is None:
                    upcoming = asyncio.create_task(self._claims.next_batch())
                if len(waiting) < GROUP and upcoming is not None and (not waiting or upcoming.done()):
                    batch, upcoming = await upcoming, None
                    self._keep(batch)
                    waiting.extend(batch)
                    if not waiting:
                        return
                group = [waiting.popleft() for _ in range(min(GROUP, len(waiting)))]
                messages = await self._marked(group)
                if messages:
                    yield messages
        finally:
            if upcoming is not None:
                self._keep(await upcoming)

    def _keep(self, batch: list[Claimed]) -> None:
        for claimed in batch:
            self._open[claimed.id] = claimed.generation

    async def _marked(self, group: list[Claimed]) -> list[Message]:
        """Commit `sending` for those that may still go; the others stay claimed and are given back at the end."""
        async with self._room:
            await self._room.wait_for(lambda: self._broken or len(self._under_way) + len(group) <= WINDOW)
        if self._broken:
            return []
        batches = sorted({claimed.batch_id for claimed in group})
        rows = [(claimed.id, claimed.generation) for claimed in group]
        async with self._engine.begin() as connection:
            result = await connection.execute(deliveries.mark(self._channel, rows, batches))
            marked = {row.id for row in result}
        if len(marked) < len(group):
            self._claims.interrupted()
        messages = []
        for claimed in group:
            if claimed.id in marked:
                self._under_way[claimed.id] = claimed
                self._open.pop(claimed.id, None)
                messages.append(self._message(claimed))
        return messages

    def _message(self, claimed: Claimed) -> Message:
        return Message(
            delivery_id=claimed.id,
            attempt=claimed.attempt,
            address=claimed.address,
            content=self._content(claimed.content_id, claimed.origin_id),
            values=claimed.values,
            created_at=claimed.created_at,
        )

    async def _record(self) -> None:
        """Record until the end; if that fails, begin nothing more, for its outcome could not be kept either."""
        try:
            await self._outcomes.run()
        finally:
            self._broken = self._stopping = True
            async with self._room:
                self._room.notify_all()

    async def _recorded(self, group: Sequence[Claimed]) -> None:
        """Only what is recorded makes room: the window bounds what a `kill -9` may leave in doubt."""
        for claimed in group:
            del self._under_way[claimed.id]
        async with self._room:
            self._room.notify_all()

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
