"""One run of deliveries: groups come in, letters go out over the relays, outcomes come back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from types import MappingProxyType

from channels.email.smtp.backlog import Backlog
from channels.email.smtp.domains import Domains
from channels.email.smtp.letter import Letter
from channels.email.smtp.patience import Patience
from channels.email.smtp.pool import TICK, Pool
from channels.email.smtp.relay import Relay
from channels.email.smtp.shares import Shares
from core.errors import Problem, RetryLater
from core.messages import Message, Settled

LAST_GROUP_SECONDS = 0.5
"""After a fault, how long a group that is just being marked may still be handed in, to be settled as unsent."""

NO_LIMITS: Mapping[str, int] = MappingProxyType({})


async def deliver(
    groups: AsyncIterator[Sequence[Message]],
    compose: Callable[[Message], Letter],
    relays: Sequence[Relay],
    patience: Patience,
    limits: Mapping[str, int] = NO_LIMITS,
) -> AsyncIterator[Sequence[Settled]]:
    """Send all groups and settle every message once; when no relay is left, raise why after settling the rest.

    `limits` are the most letters under way at once to a domain's recipients, over all relays.
    """
    run = _Run(compose, relays, patience, Domains(limits) if limits else None)
    feeding = asyncio.ensure_future(run.feed(groups))
    feeding.add_done_callback(lambda _: run.backlog.nudge())
    run.on_fault = lambda: asyncio.get_running_loop().call_later(LAST_GROUP_SECONDS, feeding.cancel)
    ticking = asyncio.ensure_future(run.tick())
    try:
        while not (feeding.done() and run.backlog.is_settled):
            if settled := await run.backlog.news():
                yield settled
        if settled := run.backlog.fetch():
            yield settled
        await asyncio.gather(*(pool.close() for pool in run.pools))
        if run.fault is not None:
            raise run.fault
        feeding.result()
    finally:
        for pool in run.pools:
            pool.abort()
        for task in (feeding, ticking):
            task.cancel()
        await asyncio.gather(feeding, ticking, return_exceptions=True)


class _Run:
    def __init__(
        self,
        compose: Callable[[Message], Letter],
        relays: Sequence[Relay],
        patience: Patience,
        domains: Domains | None,
    ) -> None:
        self.backlog = Backlog(compose, low=2 * sum(relay.connections for relay in relays), domains=domains)
        self.fault: Exception | None = None
        self.backlog.on_halt = self._fail
        self.on_fault: Callable[[], object] = lambda: None
        shares = Shares(asyncio.get_running_loop())
        self.pools = [Pool(relay, self.backlog, patience, shares, self._pool_failed) for relay in relays]
        shares.pools = self.pools

    async def feed(self, groups: AsyncIterator[Sequence[Message]]) -> None:
        async for group in groups:
            self.backlog.add(group)
            self._wake()
            if self.fault is not None:
                return
            await self.backlog.room()

    async def tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            for pool in self.pools:
                pool.tick()

    def _wake(self) -> None:
        for pool in self.pools:
            pool.wake()

    def _pool_failed(self) -> None:
        """With another relay left, what waits goes there; else all of it comes back."""
        faults = [pool.fault for pool in self.pools if pool.fault is not None]
        if len(faults) < len(self.pools):
            asyncio.get_running_loop().call_soon(self._wake)
        else:
            self._fail(next((fault for fault in faults if isinstance(fault, RetryLater)), faults[0]))

    def _fail(self, fault: Exception) -> None:
        if self.fault is None:
            self.fault = fault
            self.backlog.halt(fault.code if isinstance(fault, Problem) else "smtp.failed")
            self.on_fault()
