"""What one run of deliveries holds: messages that wait, and outcomes that nobody has fetched yet."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

import structlog

from channels.email.smtp.domains import Domains
from channels.email.smtp.letter import Letter
from core.errors import ChannelHalted
from core.messages import DeliveryId, Message, Outcome, Refused, Settled, Unsent
from core.rules.replies import clean
from core.vocabulary import Reason

TRIES = 3
"""How often a letter may be given back, unsent, before the run lets go of it."""

log = structlog.get_logger()


class Backlog:
    """Counts what was taken against what was settled: when the two agree, nothing is under way."""

    def __init__(self, compose: Callable[[Message], Letter], low: int, domains: Domains | None = None) -> None:
        self._compose = compose
        self._domains = domains
        self._low = low
        self._waiting: deque[Message] = deque()
        self._returned: deque[Letter] = deque()
        self._settled: list[Settled] = []
        self._unsettled = 0
        self._halted: str | None = None
        self.on_halt: Callable[[ChannelHalted], object] = lambda fault: self.halt(fault.code)
        """Called when a letter could not be made by no fault of its recipient."""
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    @property
    def waiting(self) -> int:
        return len(self._waiting) + len(self._returned)

    @property
    def is_settled(self) -> bool:
        return self._unsettled == 0

    def add(self, group: Sequence[Message]) -> None:
        self._unsettled += len(group)
        if self._halted is not None:
            self._return_unsent(group, self._halted)
            return
        self._waiting.extend(group)
        if len(self._waiting) > self._low:
            self._room.clear()

    async def room(self) -> None:
        """Wait until few enough messages wait for another group to be fetched."""
        await self._room.wait()

    def next_letter(self, *, proven: bool) -> Letter | None:
        """The next message as a letter; one that cannot be rendered is settled and touches no other.

        What was given back may be what broke its connection: it goes to one that is proven, or last.
        """
        if self._returned and (proven or not self._waiting):
            return self._returned.popleft()
        while self._waiting:
            message = self._waiting.popleft()
            if len(self._waiting) == self._low:
                self._room.set()
            if self._domains is not None and not self._domains.takes(message):
                continue
            try:
                return self._compose(message)
            except ChannelHalted as fault:
                self.settle(message.delivery_id, Unsent(fault.code))
                self.on_halt(fault)
            except Exception as problem:  # noqa: BLE001 - whatever one recipient's values do concerns that one alone
                log.debug("letter.not_rendered", delivery=message.delivery_id, problem=type(problem).__name__)
                self.settle(message.delivery_id, Refused(Reason.TEMPLATE_LACKS_VALUE, said=clean(str(problem))[:200]))
        return self._returned.popleft() if self._returned else None

    def give_back(self, letter: Letter, why: str) -> None:
        letter.tries += 1
        if self._halted is not None or letter.tries >= TRIES:
            self.settle(letter.delivery_id, Unsent(why))
        else:
            self._returned.append(letter)

    def settle(self, delivery: DeliveryId, outcome: Outcome) -> None:
        self._unsettled -= 1
        if self._domains is not None and (freed := self._domains.settled(delivery)) is not None:
            self._waiting.appendleft(freed)
        self._settled.append((delivery, outcome))
        if len(self._settled) == 1:
            self._news.set()

    def halt(self, why: str) -> None:
        """Whatever waits, or is still handed in, is unsent."""
        self._halted = why
        returned, self._returned = self._returned, deque()
        for letter in returned:
            self.settle(letter.delivery_id, Unsent(why))
        if self._domains is not None:
            self._waiting.extend(self._domains.empty())
        waiting, self._waiting = self._waiting, deque()
        self._return_unsent(waiting, why)
        self._room.set()

    async def news(self) -> list[Settled]:
        """The outcomes since the last call; waits for one, or for `nudge`."""
        await self._news.wait()
        return self.fetch()

    def fetch(self) -> list[Settled]:
        self._news.clear()
        settled, self._settled = self._settled, []
        return settled

    def nudge(self) -> None:
        """Something else has changed: whoever waits for news looks again."""
        self._news.set()

    def _return_unsent(self, group: Sequence[Message] | deque[Message], why: str) -> None:
        for message in group:
            self.settle(message.delivery_id, Unsent(why))
