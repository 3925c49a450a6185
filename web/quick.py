"""Pictures and links answered without an HTTP framework: the two requests that come by the thousand a second."""

import re
import time
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache
from typing import NamedTuple

from core.messages import Event
from core.rules import tokens
from core.vocabulary import EventKind
from web.doors import Doors
from web.headers import NO_STORE, SECURED
from web.heads import Asked
from web.tracking import PICTURE, location, seen

_PATH = re.compile(r"/(?:o/(?P<open>[\w-]{28})\.png|c/(?P<click>[\w-]{28})/(?P<link>[0-9]{1,19}))", re.ASCII)
_ALWAYS = "".join(f"{name}: {value}\r\n" for name, value in {**NO_STORE, **SECURED}.items())
_SHOWN = f"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {len(PICTURE)}\r\n{_ALWAYS}".encode("ascii")
_LED = "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n" + _ALWAYS


class Answer(NamedTuple):
    route: str
    """As the application names it."""
    status: int
    words: bytes
    event: Event | None
    """To be recorded before the answer is given."""


class Quick:
    """The same answers as `web.tracking` gives, to those of its requests that need nothing looked up."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    def answer(self, asked: Asked) -> Answer | None:
        """None for any other page, and for a link that is forged, personal or not known yet."""
        found = _PATH.fullmatch(asked.path)
        if found is None:
            return None
        token, click, link = found.groups()
        return self._picture(token, asked.agent) if token else self._link(click, link, asked.agent)

    def record(self, event: Event, told: Callable[[OSError | None], None]) -> None:
        self._doors.recorder.take(event, told)

    def _picture(self, token: str, agent: str) -> Answer:
        doors = self._doors
        delivery_id = tokens.verify(doors.key, tokens.OPEN, token)
        event = None if delivery_id is None else seen(doors, EventKind.OPENED, delivery_id, agent=agent)
        return Answer("/o/{token}.png", 200, _SHOWN + _dated(int(time.time())) + PICTURE, event)

    def _link(self, token: str, link: str, agent: str) -> Answer | None:
        doors = self._doors
        delivery_id = tokens.verify(doors.key, tokens.CLICK, token, link)
        target = None if delivery_id is None else doors.targets.known(int(link))
        if delivery_id is None or target is None:
            return None
        event = seen(doors, EventKind.CLICKED, delivery_id, int(link), agent=agent)
        return Answer("/c/{token}/{link}", 302, _led(target) + _dated(int(time.time())), event)


@lru_cache(maxsize=4096)
def _led(target: str) -> bytes:
    return _LED.format(location(target)).encode("ascii")


@lru_cache(maxsize=2)
def _dated(second: int) -> bytes:
    """The last header (RFC 9110, section 6.6.1), and the end of the head."""
    return f"Date: {formatdate(second, usegmt=True)}\r\n\r\n".encode("ascii")
