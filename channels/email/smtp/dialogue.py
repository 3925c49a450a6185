"""Question and answer with a mail server, one at a time: how a connection begins and ends."""

import asyncio
import contextlib
from collections import deque

from channels.email.smtp.faults import NotNow
from channels.email.smtp.wire import Wire


class Dialogue:
    """Holds the wire's ear until the connection is ready to carry mail."""

    def __init__(self, wire: Wire, seconds: float) -> None:
        self.wire = wire
        self._seconds = seconds
        self._replies: deque[bytes] = deque()
        self._news = asyncio.Event()
        wire.on_reply = self._heard
        wire.on_lost = lambda _why: self._news.set()

    @property
    def was_told_more(self) -> bool:
        """Whether something arrived that nobody asked for."""
        return bool(self._replies) or self.wire.holds_unread

    async def ask(self, command: str) -> bytes:
        """Send one line and await its reply as one line; raises NotNow if the connection ends, or TimeoutError."""
        self.wire.transport.write(command.encode() + b"\r\n")
        return await self.answer(self._seconds)

    async def answer(self, seconds: float) -> bytes:
        async with asyncio.timeout(seconds):
            while not self._replies:
                if self.wire.lost is not None:
                    raise NotNow(self.wire.lost)
                self._news.clear()
                await self._news.wait()
        return self._replies.popleft()

    def _heard(self, line: bytes) -> None:
        self._replies.append(line)
        self._news.set()


async def say_goodbye(wire: Wire, seconds: float) -> None:
    """QUIT, wait a little for the answer (RFC 5321, section 4.1.1.10), and hang up."""
    if wire.lost is None:
        with contextlib.suppress(NotNow, TimeoutError):
            await Dialogue(wire, seconds).ask("QUIT")
        wire.transport.abort()
