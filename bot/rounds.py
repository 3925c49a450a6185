"""Work that is looked for again and again for as long as the bot runs, and at once when somebody rings."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter, TelegramServerError

from bot.faults import report
from core.errors import Problem

log = structlog.get_logger()
PASSING = (TelegramNetworkError, TelegramServerError, TelegramRetryAfter)
"""What Telegram is excused for: the same is tried again later."""
LOOK_SECONDS = 1.0
AFTER_FAULT_SECONDS = 5.0


class Rounds:
    """`what` is the work's name in the log; `work` answers whether it is done, or has to be tried again later."""

    def __init__(self, what: str, work: Callable[[], Awaitable[bool]]) -> None:
        self._what, self._work = what, work
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """There is something to do now."""
        self._rung.set()

    async def keep(self) -> None:
        """Never ends by itself: one bad message must not silence all that come after it."""
        while True:
            if await self._done():
                await self._until_rung()
            else:
                await asyncio.sleep(AFTER_FAULT_SECONDS)

    async def _done(self) -> bool:
        try:
            return await self._work()
        except PASSING as fault:
            log.warning(f"{self._what} wait", fault=type(fault).__name__)
        except Problem as problem:
            log.warning(f"{self._what} wait", code=problem.code)
        except Exception as fault:  # noqa: BLE001 - the outermost loop
            report(f"{self._what} could not be handled", fault)
        return False

    async def _until_rung(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self._rung.wait()
        self._rung.clear()
