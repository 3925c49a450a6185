"""One connection of a stranger: pictures and links are answered here, everything else by aiohttp behind it.

aiohttp's way through parser, task, router, middlewares and writer costs an answer 70 µs, three times as much as all
that is ours. So a plain request for one of the two is answered at once, and whatever is not plain is handed on as it
came, unread: nothing but a whole parser of HTTP decides about a request that takes one.
"""

import asyncio
from collections.abc import Callable
from typing import cast

import structlog
from aiohttp.web import RequestHandler

from web.heads import plain
from web.measures import answered, quick
from web.quick import Answer, Quick

IDLE_SECONDS = 3600.0
"""So long a connection may be silent: longer than the proxies in front keep theirs."""

log = structlog.get_logger()


class Front(asyncio.Protocol):
    """A connection between a browser and the two who may answer it, one request after the other."""

    def __init__(self, quick: Quick, behind: Callable[[], RequestHandler], left: Callable[["Front"], None]) -> None:
        self._quick, self._behind, self._left = quick, behind, left
        self._handler: RequestHandler | None = None
        self._answer: Answer | None = None
        self._held = b""
        self._clogged = self._for_good = self._finishing = False
        self._heard_at = 0.0

    @property
    def busy(self) -> bool:
        """Whether an answer of ours waits for its event."""
        return self._answer is not None

    def finish(self) -> None:
        """Answer what was asked, and nothing more; aiohttp ends its own."""
        self._finishing = True
        if self._answer is None and self._handler is None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._loop.time()
        self._look_again = self._loop.call_later(IDLE_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._look_again.cancel()
        if self._handler is not None:
            self._handler.connection_lost(exc)
        self._left(self)

    def data_received(self, data: bytes) -> None:
        self._heard_at = self._loop.time()
        if self._answer is not None or (self._clogged and self._is_ours()):
            self._held += data
            self._transport.pause_reading()
            return
        asked = None if self._for_good else plain(data)
        answer = self._quick.answer(asked) if asked is not None and self._is_ours() else None
        if answer is None:
            self._for_good = asked is None
            self._hand_on(data)
        elif answer.event is None:
            self._write(answer)
        else:
            self._answer = answer
            self._quick.record(answer.event, self._recorded)

    def eof_received(self) -> None:
        if self._handler is not None:
            self._handler.eof_received()

    def pause_writing(self) -> None:
        self._clogged = True
        if self._handler is not None:
            self._handler.pause_writing()

    def resume_writing(self) -> None:
        self._clogged = False
        if self._handler is not None:
            self._handler.resume_writing()
        self._go_on()

    def _is_ours(self) -> bool:
        """Whether aiohttp has answered all that it was given of this connection, and waits for more.

        It says so nowhere; where it should cease to keep its waiter by that name, the connection stays with it.
        """
        if self._handler is None:
            return True
        waiter = None if self._for_good else getattr(self._handler, "_waiter", None)
        return waiter is not None and not waiter.done()

    def _hand_on(self, data: bytes) -> None:
        if self._finishing:
            return
        if self._handler is None:
            self._handler = self._behind()
            self._handler.connection_made(self._transport)
        self._handler.data_received(data)

    def _recorded(self, problem: OSError | None) -> None:
        """The answer is given whatever became of the event: a letter never shows a broken picture."""
        answer, self._answer = self._answer, None
        assert answer is not None
        assert answer.event is not None
        if problem is not None:
            log.error("event_lost", kind=answer.event.kind.value, delivery_id=answer.event.delivery_id)
        if not self._transport.is_closing():
            self._write(answer)
            self._go_on()

    def _write(self, answer: Answer) -> None:
        answered(answer.route, answer.status // 100).inc()
        quick.inc()
        if self._finishing:
            self._transport.write(answer.words.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            self._transport.close()
        else:
            self._transport.write(answer.words)

    def _go_on(self) -> None:
        """With what came in meanwhile."""
        if self._held and self._answer is None and not self._clogged:
            held, self._held = self._held, b""
            self._transport.resume_reading()
            self.data_received(held)

    def _look(self) -> None:
        """Close the connection if nobody has used it for long; aiohttp is told never to."""
        if self._answer is None and self._loop.time() - self._heard_at >= IDLE_SECONDS:
            self._transport.close()
        else:
            self._look_again = self._loop.call_later(IDLE_SECONDS, self._look)
