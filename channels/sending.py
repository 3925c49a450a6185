"""From a `send` of one message to a provider's `deliver`: so many at once, each settled once, an orderly end."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import structlog

from core.errors import ChannelFault, RetryLater
from core.messages import Message, Outcome, Settled, Unknown, Unsent

Send = Callable[[Message], Awaitable[Outcome]]
"""Settles one message. It may raise a ChannelFault, if the message surely has not left and no other should be tried."""
LAST_GROUP_SECONDS = 0.5
"""After a fault, how long a group that is just being marked may still be handed in, to be settled as unsent."""

log = structlog.get_logger()


async def deliver_each(
    groups: AsyncIterator[Sequence[Message]], send: Send, *, at_once: int = 20
) -> AsyncIterator[Sequence[Settled]]:
    """Send all groups with `at_once` under way; after a fault of the channel settle the rest as unsent and raise it."""
    run = _Run(send, at_once)
    feeding = asyncio.ensure_future(run.feed(groups))
    feeding.add_done_callback(lambda _: run.news.set())
    run.on_fault = lambda: asyncio.get_running_loop().call_later(LAST_GROUP_SECONDS, feeding.cancel)
    try:
        while not (feeding.done() and run.is_settled):
            await run.news.wait()
            if settled := run.fetch():
                yield settled
        if settled := run.fetch():
            yield settled
        if run.fault is not None:
            raise run.fault
        feeding.result()
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, *run.stop(), return_exceptions=True)


class _Run:
    """Counts what was taken against what was settled: when the two agree, nothing is under way."""

    def __init__(self, send: Send, at_once: int) -> None:
        self._send, self._at_once = send, at_once
        self._waiting: deque[Message] = deque()
        self._under_way: set[asyncio.Task[None]] = set()
        self._settled: list[Settled] = []
        self._unsettled = 0
        self._room = asyncio.Event()
        self.news = asyncio.Event()
        self.fault: ChannelFault | None = None
        self.on_fault: Callable[[], object] = lambda: None

    @property
    def is_settled(self) -> bool:
        return self._unsettled == 0

    async def feed(self, groups: AsyncIterator[Sequence[Message]]) -> None:
        async for group in groups:
            self._unsettled += len(group)
            self._waiting.extend(group)
            self._go_on()
            if self.fault is not None:
                return
            while len(self._waiting) > self._at_once:
                self._room.clear()
                await self._room.wait()

    def fetch(self) -> list[Settled]:
        self.news.clear()
        settled, self._settled = self._settled, []
        return settled

    def stop(self) -> list[asyncio.Task[None]]:
        """Break off what is under way; only where nobody asks for outcomes any more."""
        for task in self._under_way:
            task.cancel()
        return list(self._under_way)

    def _go_on(self) -> None:
        """Begin what may begin; once the channel has failed, whatever waits is unsent."""
        while self._waiting and self.fault is not None:
            self._settle(self._waiting.popleft(), Unsent(self.fault.code))
        while self._waiting and len(self._under_way) < self._at_once:
            task = asyncio.ensure_future(self._one(self._waiting.popleft()))
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        if len(self._waiting) <= self._at_once:
            self._room.set()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        self._go_on()

    async def _one(self, message: Message) -> None:
        try:
            outcome = await self._send(message)
        except ChannelFault as fault:
            self._fail(fault)
            outcome = Unsent(fault.code)
        except Exception as problem:
            log.exception("message_fault", delivery=message.delivery_id)
            outcome = Unknown(type(problem).__name__)
        self._settle(message, outcome)

    def _fail(self, fault: ChannelFault) -> None:
        """The first fault is the one that is told, but for a halt, which outranks being too fast."""
        if self.fault is None:
            self.fault = fault
            self.on_fault()
        elif isinstance(self.fault, RetryLater) and not isinstance(fault, RetryLater):
            self.fault = fault

    def _settle(self, message: Message, outcome: Outcome) -> None:
        self._unsettled -= 1
        self._settled.append((message.delivery_id, outcome))
        self.news.set()
