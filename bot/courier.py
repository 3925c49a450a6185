"""The courier: carries what operators answer to customers, at once and past any campaign under way."""

import asyncio
import os
import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.rounds import Rounds
from bot.running import Run
from core.database import Sessions, async_engine
from core.messages import Content
from core.ports import Provider
from core.queries import due
from core.queries import templates as letters
from core.services import trials
from core.services.claims import Claims
from core.services.dispatcher import Drain

SIZE = 20


@dataclass(frozen=True, slots=True)
class Bag:
    """What the courier works with."""

    database_url: str
    sessions: Sessions
    provider: Provider


class Courier:
    """One flight at a time; the marks of the ledger keep a second bot from sending the same answer."""

    def __init__(self, run: Run, bag: Bag | None) -> None:
        self._run, self._bag = run, bag
        self._rounds = Rounds("answers to customers", self._carry_waiting)
        self._holder = f"courier:{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    def ring(self) -> None:
        """Somebody has just answered."""
        self._rounds.ring()

    async def work(self) -> None:
        """Carry answers for as long as the bot runs."""
        if self._bag is not None:
            await self._rounds.keep()

    async def _carry_waiting(self) -> bool:
        assert self._bag is not None
        if await self._run(due.answers_wait, self._bag.provider.traits.channel, datetime.now(UTC)):
            await self._carry(self._bag)
        return True

    async def _carry(self, bag: Bag) -> None:
        engine = async_engine(bag.database_url)
        try:
            drain = Drain(
                engine,
                bag.provider,
                content=lambda content_id, origin_id: _content(bag.sessions, content_id, origin_id),
                holder=self._holder,
                clock=_now,
                claims=Claims(
                    bag.provider.traits.channel,
                    holder=self._holder,
                    size=SIZE,
                    clock=_now,
                    limit=None,
                    traits=bag.provider.traits,
                    answers=True,
                ),
            )
            drained = await drain.run()
        finally:
            await engine.dispose()
        for origin_id in drained.ended:
            await asyncio.to_thread(trials.close_if_done, bag.sessions, origin_id)
        if drained.fault is not None:
            raise drained.fault


def _content(sessions: Sessions, content_id: int, origin_id: int) -> Content:
    with sessions() as session:
        return letters.content(session, content_id, origin_id)


def _now() -> datetime:
    return datetime.now(UTC)
