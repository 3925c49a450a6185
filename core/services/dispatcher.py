"""The drain: claims deliveries of one channel, marks them, hands them to its provider, and records what came of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import ChannelFault, Unavailable
from core.hot import HotConnection, Statement, hot_connection
from core.messages import Accepted, Content, DeliveryId, Message, Outcome, Unknown, Unsent
from core.ports import Provider
from core.queries import deliveries
from core.queries.claims import close_batches, renew
from core.rules.patience import USUAL, Patience
from core.services.claims import Ahead, Claimed, Claims
from core.services.outcomes import record_wrong

GROUP = 50
"""The most messages marked `sending` in one commit, and handed over together."""
LEAST = 25
"""The fewest, but for the last: a commit costs nearly the same for one as for fifty."""
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
        self._patience = patience
        self._window = _window(provider.traits.per_second)
        self._turn_statement = Statement(deliveries.turn(provider.traits.channel))
        self._under_way: dict[DeliveryId, Claimed] = {}
        """Marked, and their outcome not recorded yet: never more than the window."""
        self._open: dict[int, Claimed] = {}
        """Claimed and not marked: to be given back if they never are."""
        self._marked: asyncio.Queue[list[Message] | None] = asyncio.Queue()
        self._gathered: list[tuple[Claimed, Outcome]] = []
        self._more = asyncio.Event()
        self._stopping = self._closed = self._done = False
        self._drained = Drained()

    @property
    def drained(self) -> Drained:
        """What it has done so far."""
        return self._drained

    def stop(self) -> None:
        """Begin nothing more; what is on the wire is finished and recorded."""
        self._stopping = True
        self._more.set()

    async def run(self) -> Drained:
        """Send until nothing is left or `stop` is called; every delivery taken is settled or given back."""
        async with hot_connection(self._engine) as claims, hot_connection(self._engine) as ledger:
            keeper = asyncio.create_task(self._keep_leases())
            turns = asyncio.create_task(self._turn_all(claims, ledger))
            try:
                async for settled in self._provider.deliver(self._groups()):
                    self._settle([(self._under_way[id_], outcome) for id_, outcome in settled])
            except ChannelFault as fault:
                self._drained.fault = fault
            finally:
                self._done = True
                self.stop()
                await asyncio.wait([turns])
                keeper.cancel()
        if (broken := turns.exception()) is not None and not isinstance(broken, Unavailable):
            raise broken
        await self._bring_home()
        self._drained.ended, self._drained.closed = self._claims.ended, self._claims.closed
        return self._drained

    async def _groups(self) -> AsyncIterator[Sequence[Message]]:
        """Marked groups until nothing is left or nothing may begin any more."""
        while (group := await self._marked.get()) is not None:
            yield group

    def _settle(self, settled: list[tuple[Claimed, Outcome]]) -> None:
        self._drained.settled += len(settled)
        self._gathered += settled
        self._more.set()

    async def _turn_all(self, claims: HotConnection, ledger: HotConnection) -> None:
        """Turn by turn until the provider is done and all that came back is recorded.

        If that fails nothing more begins, for its outcome could not be recorded either.
        """
        ahead = Ahead(self._claims, claims, GROUP, self._more.set)
        try:
            while self._under_way or not self._done:
                await self._more.wait()
                self._more.clear()
                await self._turn(ahead, ledger)
        finally:
            self._stopping = True
            self._close()
            with contextlib.suppress(Unavailable):
                self._keep(await ahead.close())

    async def _bring_home(self) -> None:
        """Record what came back, and give back the rest; a database that went away is waited for a while."""
        give_up = asyncio.get_running_loop().time() + HOMEWARD_SECONDS
        while True:
            try:
                await self._record_rest()
                await self._give_back_rest()
            except (Unavailable, DBAPIError, OSError):
                if asyncio.get_running_loop().time() > give_up:
                    raise
                log.warning("postgresql_away", unrecorded=len(self._under_way), again_in_seconds=HOMEWARD_PAUSE)
                await asyncio.sleep(HOMEWARD_PAUSE)
            else:
                return

    async def _record_rest(self) -> None:
        """What the turns could not record, over a connection of its own."""
        self._settle_untaken()
        if not self._gathered:
            return
        gathered = list(self._gathered)
        async with hot_connection(self._engine) as ledger:
            await self._write(ledger, gathered, [])
        await self._record_wrong(gathered)
        self._forget(gathered)

    async def _turn(self, ahead: Ahead, ledger: HotConnection) -> None:
        """One commit: what came back is recorded, and what goes next is marked."""
        if self._claims.is_over(self._clock()):
            self._stopping = True
        if self._done:
            self._settle_untaken()
        gathered = list(self._gathered)
        accepted = sum(isinstance(outcome, Accepted) for _, outcome in gathered)
        group = [] if self._stopping else self._next_group(ahead, self._window - len(self._under_way) + accepted)
        if self._stopping or ahead.ended:
            self._close()
        if not group and not gathered:
            return
        marked = await self._write(ledger, gathered, group)
        await self._record_wrong(gathered)
        self._forget(gathered)
        self._hand_over(group, marked)
        self._more.set()

    async def _write(
        self, ledger: HotConnection, gathered: list[tuple[Claimed, Outcome]], group: list[Claimed]
    ) -> set[int]:
        """Returns whose mark was made."""
        accepted = [(claimed.id, outcome.said) for claimed, outcome in gathered if isinstance(outcome, Accepted)]
        marked = await ledger.run(
            self._turn_statement,
            accepted_ids=[id_ for id_, _ in accepted],
            saids=[said for _, said in accepted],
            now=self._clock(),
            ids=[claimed.id for claimed in group],
            generations=[claimed.generation for claimed in group],
            batch_ids=[claimed.batch_id for claimed in group],
        )
        self._drained.sent += len(accepted)
        return {row[0] for row in marked}

    def _forget(self, recorded: list[tuple[Claimed, Outcome]]) -> None:
        """What is recorded is under way no longer; until then it stays, since the database may go at any moment."""
        del self._gathered[: len(recorded)]
        for claimed, _ in recorded:
            del self._under_way[claimed.id]

    def _next_group(self, ahead: Ahead, room: int) -> list[Claimed]:
        """As many as there is room for, once there is room for enough: a commit costs nearly the same for one."""
        self._keep(ahead.refill())
        waiting = ahead.waiting
        if room < min(LEAST, len(waiting)):
            return []
        return [waiting.popleft() for _ in range(min(GROUP, room, len(waiting)))]

    def _hand_over(self, group: list[Claimed], marked: set[int]) -> None:
        """Those that may still go; the others stay claimed and are given back at the end."""
        if len(marked) < len(group):
            self._claims.interrupted()
        going = [claimed for claimed in group if claimed.id in marked]
        for claimed in going:
            self._under_way[claimed.id] = claimed
            self._open.pop(claimed.id, None)
        if going:
            self._marked.put_nowait([self._message(claimed) for claimed in going])

    async def _record_wrong(self, gathered: list[tuple[Claimed, Outcome]]) -> None:
        wrong = [(claimed, outcome) for claimed, outcome in gathered if not isinstance(outcome, Accepted)]
        if wrong:
            async with self._engine.begin() as connection:
                await record_wrong(connection, wrong, self._clock(), self._patience)
                unsent = [claimed.batch_id for claimed, outcome in wrong if isinstance(outcome, Unsent)]
                await self._claims.return_slots(connection, unsent)

    def _close(self) -> None:
        """Let the provider come to its end."""
        if not self._closed:
            self._closed = True
            self._marked.put_nowait(None)

    def _settle_untaken(self) -> None:
        """What the provider did not take any more was not sent; what it took and left unsettled may have been."""
        while not self._marked.empty():
            for message in self._marked.get_nowait() or ():
                self._gathered.append((self._under_way[message.delivery_id], Unsent("not begun")))
        settled = {claimed.id for claimed, _ in self._gathered}
        for claimed in self._under_way.values():
            if claimed.id not in settled:
                self._gathered.append((claimed, Unknown("the provider ended without a word")))

    def _keep(self, batch: list[Claimed]) -> None:
        for claimed in batch:
            self._open[claimed.id] = claimed

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
        rows = [(claimed.id, claimed.generation) for claimed in self._open.values()]
        async with self._engine.begin() as connection:
            if rows:
                given = await connection.execute(deliveries.give_back(rows, self._clock()))
                await self._claims.return_slots(connection, [self._open[id_].batch_id for id_ in given.scalars()])
            if self._claims.batches:
                await connection.execute(close_batches(self._claims.batches))


def _window(per_second: float | None) -> int:
    """How many may be between mark and outcome: of a slow provider no more than it takes in two seconds."""
    return WINDOW if per_second is None else max(1, min(WINDOW, int(2 * per_second)))
