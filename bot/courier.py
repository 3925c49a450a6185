"""The courier: carries what operators answer to customers, at once and past any campaign under way."""

import asyncio
import os
import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from bot.faults import report
from bot.running import Run
from core.database import Sessions, async_engine
from core.errors import Problem
from core.messages import Content
from core.ports import Provider
from core.queries import due
from core.queries import templates as letters
from core.services import trials
from core.services.claims import Claims
from core.services.dispatcher import Drain

log = structlog.get_logger()
LOOK_SECONDS = 1.0
"""How often answers are looked for that somebody wrote in the panel."""
AFTER_FAULT_SECONDS = 5.0
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
        self._rung = asyncio.Event()
        self._holder = f"courier:{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    def ring(self) -> None:
        """Somebody has just answered."""
        self._rung.set()

    async def work(self) -> None:
        """Carry answers for as long as the bot runs."""
        if self._bag is None:
            return
        while True:
            try:
                await self._wait()
                if await self._run(due.answers_wait, self._bag.provider.traits.channel, datetime.now(UTC)):
                    await self._carry(self._bag)
            except Problem as problem:
                log.warning("answers wait", code=problem.code)
                await asyncio.sleep(AFTER_FAULT_SECONDS)
            except Exception as fault:  # noqa: BLE001 - the outermost loop: it must not end with one bad answer
                report("answers could not be carried", fault)
                await asyncio.sleep(AFTER_FAULT_SECONDS)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._rung.wait()
        except TimeoutError:
            return
        self._rung.clear()

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
