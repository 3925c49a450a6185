"""A provider that does as the test says: an outcome by address, and a record of everything it was handed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from core.messages import Accepted, Health, Message, Outcome, Settled
from core.ports import Traits


class ScriptedChannel:
    """A core.ports.Provider whose answers come from `answer`, by default acceptance."""

    traits = Traits(channel="email")

    def __init__(self, answer: Callable[[Message], Outcome] | None = None) -> None:
        self._answer = answer or (lambda message: Accepted(f"250 {message.delivery_id}"))
        self.taken: list[Message] = []

    async def deliver(self, groups: AsyncIterator[Sequence[Message]]) -> AsyncIterator[Sequence[Settled]]:
        async for group in groups:
            self.taken += group
            await asyncio.sleep(0)
            yield [(message.delivery_id, self._answer(message)) for message in group]

    async def check(self) -> Health:
        return Health(True, "well")
