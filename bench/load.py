"""Asks a server over a number of open connections, each request once, and keeps how long every answer took."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import uvloop

REQUEST = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
    "Accept: */*\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: en\r\nConnection: keep-alive\r\n\r\n"
)


@dataclass(slots=True)
class Answers:
    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)

    @property
    def a_second(self) -> float:
        return len(self.took) / self.seconds

    def percentile(self, share: float) -> float:
        """The time in seconds within which that share of the answers came."""
        return sorted(self.took)[min(int(share * len(self.took)), len(self.took) - 1)]


def ask(host: str, port: int, paths: Sequence[str], connections: int) -> Answers:
    """Every path once; raises ConnectionError if the server hangs up before it has answered."""
    return uvloop.run(_ask(host, port, paths, connections))


async def _ask(host: str, port: int, paths: Sequence[str], connections: int) -> Answers:
    answers = Answers()
    waiting = iter([REQUEST.format(path=path, host=f"{host}:{port}").encode() for path in paths])
    loop = asyncio.get_running_loop()
    browsers = [
        (await loop.create_connection(lambda: _Browser(waiting, answers), host, port))[1] for _ in range(connections)
    ]
    began = time.perf_counter()
    for browser in browsers:
        browser.next()
    await asyncio.gather(*(browser.done for browser in browsers))
    answers.seconds = time.perf_counter() - began
    return answers


class _Browser(asyncio.Protocol):
    """One connection: the next request leaves when the last answer is there. Reads no more HTTP than it needs."""

    def __init__(self, waiting: Iterator[bytes], answers: Answers) -> None:
        self._waiting, self._answers = waiting, answers
        self._read = b""
        self._since = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError("hung up"))

    def next(self) -> None:
        request = next(self._waiting, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._since = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._read += data
        head = self._read.find(b"\r\n\r\n")
        if head < 0 or len(self._read) < head + 4 + _length(self._read[:head]):
            return
        self._answers.took.append(time.perf_counter() - self._since)
        self._answers.statuses[int(self._read[9:12])] += 1
        self._read = b""
        self.next()


def _length(head: bytes) -> int:
    _, _, after = head.lower().partition(b"\r\ncontent-length:")
    return int(after.partition(b"\r\n")[0] or 0)
