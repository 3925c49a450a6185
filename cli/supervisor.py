"""Keeps a table of processes running until it is told to stop, and leaves none of them behind."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from cli.child import Child
from cli.keeping.traces import Traces
from cli.logs import Logs
from cli.processes import Process
from texts import _

GRACE_SECONDS = 20.0
"""What a worker may take to bring home the letters that are on the wire."""
OUR_COLOUR = 245

Chore = Callable[[], Coroutine[Any, Any, None]]
"""Something that runs beside the processes and is dropped at the end."""


class Supervisor:
    """Runs processes side by side; each lives and dies by itself."""

    def __init__(
        self, table: Sequence[Process], environment: Mapping[str, str], logs: Logs, traces: Traces | None = None
    ) -> None:
        self._logs, self._traces = logs, traces
        self._children = [Child(process, environment, line=self._line, died=self._died) for process in table]

    def run(self, *chores: Chore) -> None:
        """Block until SIGINT, SIGTERM or SIGHUP; a second one kills instead of asking."""
        asyncio.run(self._run(chores))

    def say(self, text: str) -> None:
        self._logs.line("sendbote", OUR_COLOUR, text)

    async def _run(self, chores: Sequence[Chore]) -> None:
        told, hurried = asyncio.Event(), asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, _first_or_second, told, hurried)
        lives = [asyncio.ensure_future(child.keep_running()) for child in self._children]
        beside = [asyncio.ensure_future(chore()) for chore in chores]
        stopping: asyncio.Future[Any] = asyncio.ensure_future(told.wait())
        await _told_or_broken(stopping, [*lives, *beside])
        self.say(_("Stopping …"))
        for task in (stopping, *beside):
            task.cancel()
        await self._stop(hurried)
        ends = await asyncio.gather(*lives, *beside, return_exceptions=True)
        self.say(_("Stopped."))
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _stop(self, hurried: asyncio.Event) -> None:
        asked = asyncio.gather(*(self._stop_one(child, GRACE_SECONDS) for child in self._children))
        waiting = asyncio.ensure_future(hurried.wait())
        either: list[asyncio.Future[Any]] = [asked, waiting]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            await asyncio.gather(*(self._stop_one(child, 0) for child in self._children))
        waiting.cancel()
        await asked

    async def _stop_one(self, child: Child, grace: float) -> None:
        if not await child.stop(grace):
            self.say(_("%(name)s did not end by itself and was killed.", name=child.process.name))

    def _line(self, process: Process, text: str) -> None:
        self._logs.line(process.name, process.colour, text)
        if self._traces:
            self._traces.note(process.name, text)

    def _died(self, process: Process, code: int, pause: float) -> None:
        self.say(
            "\a"
            + _(
                "%(name)s ended (%(ending)s). It starts again in %(seconds)s s.",
                name=process.name,
                ending=_ending(code),
                seconds=round(pause),
            )
        )


async def _told_or_broken(stopping: asyncio.Future[Any], tasks: Sequence[asyncio.Future[Any]]) -> None:
    """Wait until we are told to stop, or one of our own tasks fails: a bug, which must not leave orphans."""
    pending: set[asyncio.Future[Any]] = {stopping, *tasks}
    while not stopping.done():
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        if any(task.exception() for task in done):
            return


def _first_or_second(told: asyncio.Event, hurried: asyncio.Event) -> None:
    (hurried if told.is_set() else told).set()


def _ending(code: int) -> str:
    """In words; a negative code is the number of the signal that ended it."""
    if code >= 0:
        return _("exit code %(code)s", code=code)
    try:
        return _("killed by %(signal)s", signal=signal.Signals(-code).name)
    except ValueError:
        return _("killed by %(signal)s", signal=-code)
