"""One connection to a mail server: bytes in, whole replies out."""

import asyncio
from collections.abc import Callable
from typing import cast

LONGEST_REPLY = 64 * 1024
"""RFC 5321 allows 512 octets a line; real servers say more, and a broken one must not fill our memory."""


class Wire(asyncio.Protocol):
    """Calls `on_reply` with each reply as one line (`250 first second`), and `on_lost` once at the end.

    A protocol with callbacks instead of a StreamReader: a steady connection costs one call a reply.
    """

    def __init__(self) -> None:
        self.transport: asyncio.Transport = _NOT_CONNECTED
        self.on_reply: Callable[[bytes], None] = _ignore_reply
        self.on_lost: Callable[[str], None] = _ignore_loss
        self.on_burst: Callable[[bytes], bool] = _take_nothing
        """Is offered first what was read at one go; returns whether it took it, else the single replies follow."""
        self.lost: str | None = None
        self._rest = b""
        self._earlier: list[bytes] = []
        self._earlier_size = 0

    @property
    def holds_unread(self) -> bool:
        """Whether the server has said more than was asked; before TLS that would be an injection (RFC 3207)."""
        return bool(self._rest or self._earlier)

    @property
    def unsent(self) -> int:
        """At least so many of the last bytes written have not left this process; 0 where TLS hides it."""
        if self.transport.get_extra_info("ssl_object") is not None:
            return 0
        return self.transport.get_write_buffer_size()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if not (self._rest or self._earlier) and self.on_burst(data):
            return
        lines = (self._rest + data if self._rest else data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            if line[3:4] == b"-" or self._earlier:
                self._continue(line)
            elif line[:3].isdigit():
                self.on_reply(line)
            else:
                self.abort("not an SMTP reply")
            if self.lost is not None:
                return
        if len(self._rest) > LONGEST_REPLY:
            self.abort("a reply without end")

    def connection_lost(self, exc: Exception | None) -> None:
        self._end("connection lost" if exc is None else f"connection lost: {type(exc).__name__}")

    def abort(self, why: str) -> None:
        """Hang up at once; `on_lost` hears why before this returns."""
        if self.transport is not _NOT_CONNECTED:
            self.transport.abort()
        self._end(why)

    def _continue(self, line: bytes) -> None:
        """Collect a reply of several lines; the code must be the same in each (RFC 5321, section 4.2.1)."""
        self._earlier_size += len(line)
        first = self._earlier[0] if self._earlier else line
        if not line[:3].isdigit() or line[:3] != first[:3] or self._earlier_size > LONGEST_REPLY:
            return self.abort("not an SMTP reply")
        self._earlier.append(line)
        if line[3:4] != b"-":
            parts, self._earlier, self._earlier_size = self._earlier, [], 0
            self.on_reply(line[:3] + b" " + b"\n".join(part[4:].rstrip() for part in parts))
        return None

    def _end(self, why: str) -> None:
        if self.lost is None:
            self.lost = why
            self.on_lost(why)


def _ignore_reply(line: bytes) -> None:
    """Until somebody listens."""


def _take_nothing(_burst: bytes) -> bool:
    return False


def _ignore_loss(why: str) -> None:
    """Until somebody listens."""


_NOT_CONNECTED = asyncio.Transport()
