"""The open picture and the tracked links: record, then answer; a forged token records nothing."""

import base64
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import quote

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from core.messages import Event
from core.rules import tokens
from core.rules.actors import actor, how_made
from core.services.tracking import OWN
from core.vocabulary import EventKind
from web.doors import DOORS, Doors
from web.headers import NO_STORE
from web.keys import fresh
from web.pages import page

LONGEST_AGENT = 120
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""One transparent pixel."""

routes = web.RouteTableDef()
log = structlog.get_logger()


@routes.get("/o/{token}.png")
async def picture(request: web.Request) -> web.Response:
    """The picture, whatever becomes of the event: a letter never shows a broken one."""
    doors = request.app[DOORS]
    delivery_id = tokens.verify(doors.key, tokens.OPEN, request.match_info["token"])
    if delivery_id is not None:
        await _note(doors, request, EventKind.OPENED, delivery_id)
    return web.Response(body=PICTURE, content_type="image/png", headers=NO_STORE)


@routes.get("/c/{token}/{link:[0-9]{1,19}}")
async def click(request: web.Request) -> web.Response:
    """Go to where the letter's link leads; the address stands in the database and never in the request."""
    doors = request.app[DOORS]
    link = request.match_info["link"]
    delivery_id = tokens.verify(doors.key, tokens.CLICK, request.match_info["token"], link)
    if delivery_id is None:
        return page(request, "lost.html", status=404)
    try:
        target = await doors.targets.of(int(link), delivery_id)
    except (SQLAlchemyError, OSError):
        return page(request, "later.html", status=503)
    if target is None:
        return page(request, "lost.html", status=404)
    await _note(doors, request, EventKind.CLICKED, delivery_id, int(link))
    return web.Response(status=302, headers={"Location": location(target), **NO_STORE})


async def _note(
    doors: Doors, request: web.Request, kind: EventKind, delivery_id: int, link_id: int | None = None
) -> None:
    agent, purpose = (request.headers.get(name, "") for name in ("User-Agent", "Sec-Purpose"))
    how = how_made(request.method, purpose)
    try:
        await doors.recorder.add(seen(doors, kind, delivery_id, link_id, agent=agent, how=how))
    except OSError:
        log.error("event_lost", kind=kind.value, delivery_id=delivery_id)


def seen(
    doors: Doors, kind: EventKind, delivery_id: int, link_id: int | None = None, *, agent: str, how: str = ""
) -> Event:
    """Each open and each click is one of its own: its key is made here, and stays the same through the spool."""
    return Event(kind, OWN, fresh(), doors.clock(), delivery_id, None, None, link_id, None, _details(agent, how))


def location(target: str) -> str:
    """A target as a header may carry it."""
    return quote(target, safe="%/:=&?~#+!$,;'@()*[]")


@lru_cache(maxsize=4096)
def _details(agent: str, how: str) -> Mapping[str, str]:
    """The same for all that one program asks for: to build and to write them costs more than all else of an event."""
    who, rule = actor(agent, how)
    printable = "".join(letter for letter in agent[:LONGEST_AGENT] if letter.isascii() and letter.isprintable())
    return MappingProxyType({"actor": who.value, "actor_rule": rule, "agent": printable})
