"""The drain: claims deliveries of one channel, marks them, hands them to its provider, and records what came of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import ChannelFault, Unavailable
from core.hot import hot_connection
from core.messages import Content, Message, Unsent
from core.ports import Provider
from core.queries import deliveries
from core.queries.claims import close_batches, renew
from core.rules.patience import USUAL, Patience
from core.services.claims import Claimed, Claims
from core.services.outcomes import Wrong, record_wrong
from core.services.turns import Turns

WINDOW = 100
"""The most messages between mark and outcome: what a `kill -9` may leave in doubt."""
RENEW_SECONDS = 15
HOMEWARD_SECONDS = 45.0
"""How long a database that went away is waited for, to record what came back meanwhile."""
HOMEWARD_PAUSE = 0.5

log = structlog.get_logger()


@dataclass
class Drained:
    """What a drain did."""

    sent: int = 0
    settled: int = 0
    fault: ChannelFault | None = None
    ended: set[int] = field(default_factory=set)
    """Origins in which nothing was left to claim."""
    closed: dict[int, datetime] = field(default_factory=dict)
    """Origins that wait for their sending hours, until when."""

    def add(self, other: "Drained") -> None:
        """What another drain of the same channel did; the first fault stays."""
        self.sent += other.sent
        self.settled += other.settled
        self.fault = self.fault or other.fault
        self.ended |= other.ended
        self.closed |= other.closed


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
        share: int = 1,
    ) -> None:
        """`share` is by how many the bound between mark and outcome is divided, where drains fly side by side."""
        self._engine, self._provider, self._content = engine, provider, content
        self._holder, self._clock, self._claims = holder, clock, claims
        self._patience = patience
        channel = provider.traits.channel
        window = _window(provider.traits.per_second, share)
        self._turns = Turns(
            channel, claims, window=window, clock=clock, message=self._message, record_wrong=self._record_wrong
        )
        self._fault: ChannelFault | None = None

    @property
    def drained(self) -> Drained:
        """What it has done so far."""
        return Drained(self._turns.sent, self._turns.settled, self._fault, self._claims.ended, self._claims.closed)

    def stop(self) -> None:
        """Begin nothing more; what is on the wire is finished and recorded."""
        self._turns.stop()

    async def run(self) -> Drained:
        """Send until nothing is left or `stop` is called; every delivery taken is settled or given back."""
        async with hot_connection(self._engine) as claims, hot_connection(self._engine) as ledger:
            keeper = asyncio.create_task(self._keep_leases())
            turns = asyncio.create_task(self._turns.run(claims, ledger))
            try:
                async for settled in self._provider.deliver(self._turns.groups()):
                    self._turns.settle(settled)
            except ChannelFault as fault:
                self._fault = fault
            finally:
                self._turns.end()
                await asyncio.wait([turns])
                keeper.cancel()
        if (broken := turns.exception()) is not None and not isinstance(broken, Unavailable):
            raise broken
        await self._bring_home()
        return self.drained

    async def _bring_home(self) -> None:
        """Record what came back, and give back the rest; a database that went away is waited for a while."""
        give_up = asyncio.get_running_loop().time() + HOMEWARD_SECONDS
        while True:
            try:
                if self._turns.under_way:
                    async with hot_connection(self._engine) as ledger:
                        await self._turns.record_rest(ledger)
                await self._give_back_rest()
            except (Unavailable, DBAPIError, OSError):
                if asyncio.get_running_loop().time() > give_up:
                    raise
                unrecorded = len(self._turns.under_way)
                log.warning("postgresql_away", unrecorded=unrecorded, again_in_seconds=HOMEWARD_PAUSE)
                await asyncio.sleep(HOMEWARD_PAUSE)
            else:
                return

    async def _record_wrong(self, wrong: Sequence[tuple[Claimed, Wrong]]) -> None:
        if wrong:
            async with self._engine.begin() as connection:
                await record_wrong(connection, wrong, self._clock(), self._patience)
                unsent = [claimed.batch_id for claimed, outcome in wrong if isinstance(outcome, Unsent)]
                await self._claims.return_slots(connection, unsent)

    def _message(self, claimed: Claimed) -> Message:
        return Message(
            delivery_id=claimed.id,
            attempt=claimed.attempt,
            address=claimed.address,
            content=self._content(claimed.content_id, claimed.origin_id),
            values=claimed.values,
            created_at=claimed.created_at,
        )

    async def _keep_leases(self) -> None:
        """A renewal that fails is made good by the next; without any the lease runs out, and nothing more begins."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                async with self._engine.begin() as connection:
                    await connection.execute(renew(self._claims.batches, self._holder))
            except (DBAPIError, OSError):
                log.warning("postgresql_away", again_in_seconds=RENEW_SECONDS)

    async def _give_back_rest(self) -> None:
        left = self._turns.open
        rows = [(claimed.id, claimed.generation) for claimed in left.values()]
        async with self._engine.begin() as connection:
            if rows:
                given = await connection.execute(deliveries.give_back(rows, self._clock()))
                await self._claims.return_slots(connection, [left[id_].batch_id for id_ in given.scalars()])
            if self._claims.batches:
                await connection.execute(close_batches(self._claims.batches))


def _window(per_second: float | None, share: int) -> int:
    """How many may be between mark and outcome: of a slow provider no more than it takes in two seconds."""
    most = WINDOW // share
    return most if per_second is None else max(1, min(most, int(2 * per_second)))
