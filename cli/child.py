"""One process that is kept running: started, read, started again when it dies, and ended for good."""

import asyncio
import contextlib
import os
import signal
import time
from asyncio.subprocess import DEVNULL, STDOUT
from collections.abc import AsyncIterator, Callable, Mapping

import psutil

from cli.processes import Process

LONGEST_PAUSE = 30.0
WELL_AFTER_SECONDS = 60.0
"""Whoever lived that long starts anew with the shortest pause."""

Line = Callable[[Process, str], None]
Died = Callable[[Process, int, float], None]
"""Told which process ended, with which exit code, and for how many seconds it now rests."""


def pause_after(deaths: int) -> float:
    """Seconds to wait after so many deaths in a row: 1, 2, 4 … 30."""
    return min(LONGEST_PAUSE, 2.0 ** max(0, min(deaths, 10) - 1))


class Child:
    """A process of the table and what becomes of it."""

    def __init__(self, process: Process, environment: Mapping[str, str], *, line: Line, died: Died) -> None:
        self.process = process
        self._environment = environment
        self._line = line
        self._died = died
        self._running: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    async def keep_running(self) -> None:
        """Start it, again and again, until `stop`."""
        deaths = 0
        while not self._stopping.is_set():
            since = time.monotonic()
            code = await self._run()
            if self._stopping.is_set():
                return
            deaths = 1 if time.monotonic() - since > WELL_AFTER_SECONDS else deaths + 1
            self._died(self.process, code, pause_after(deaths))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_after(deaths))

    async def stop(self, grace: float) -> bool:
        """SIGTERM, then SIGKILL for it and its children after `grace` seconds; say whether it went by itself."""
        self._stopping.set()
        running = self._running
        if running is None or running.returncode is not None:
            return True
        family = _descendants(running.pid)
        with contextlib.suppress(ProcessLookupError):
            running.terminate()
        try:
            await asyncio.wait_for(running.wait(), grace)
            return True
        except TimeoutError:
            family += _descendants(running.pid)
            running.kill()
            return False
        finally:
            _kill(family)

    async def _run(self) -> int:
        """Its own session keeps a Ctrl-C at the terminal away from it: ending is the supervisor's to order.

        The pipe is ours, since asyncio takes a process for alive as long as any orphan of it holds its own.
        """
        out, into = os.pipe()
        try:
            running = await asyncio.create_subprocess_exec(
                *self.process.command,
                env={**self._environment, "SENDBOTE_PROCESS": self.process.name},
                stdin=DEVNULL,
                stdout=into,
                stderr=STDOUT,
                start_new_session=True,
            )
        finally:
            os.close(into)
        self._running = running
        if self._stopping.is_set():
            running.terminate()
        reading = asyncio.ensure_future(self._read(out))
        code = await running.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(running.pid, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(reading, 2)
        return code

    async def _read(self, out: int) -> None:
        stream = asyncio.StreamReader()
        transport, _protocol = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(out, "rb", 0)
        )
        try:
            async for line in _lines(stream):
                self._line(self.process, line)
        finally:
            transport.close()


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """Lines of any length; the reader's own iterator fails on one above 64 kB."""
    rest = b""
    while chunk := await stream.read(65536):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.decode(errors="replace").rstrip()
    if rest:
        yield rest.decode(errors="replace")


def _descendants(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).children(recursive=True)
    return []


def _kill(family: list[psutil.Process]) -> None:
    for process in family:
        with contextlib.suppress(psutil.Error):
            process.kill()
