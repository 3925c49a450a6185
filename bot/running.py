"""The one place where the bot crosses into the synchronous core."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from core.database import Sessions, reduced_errors

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 12


class Run:
    """`await run(service, …)`: in a thread, in a transaction of its own, in the language of whoever asked."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="core")

    async def __call__(self, work: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Commits what `work` did; raises its Problems, and those of the database without their rows."""

        def within() -> T:
            with reduced_errors(), self._sessions.begin() as session:
                return work(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._threads, copy_context().run, within)

    def close(self) -> None:
        """Wait for what is under way: a launch that has begun is brought to its end."""
        self._threads.shutdown(wait=True)
