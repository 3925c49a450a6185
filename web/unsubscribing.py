"""The unsubscribe page, and the one click of RFC 8058: a GET shows, only a POST acts."""

import secrets
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from core.messages import Event
from core.queries import public
from core.rules import tokens
from core.services import undo
from core.services.tracking import OWN
from core.vocabulary import EventKind
from texts import known
from web.doors import DOORS, Doors
from web.pages import page

routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who holds the letter, as far as the database could tell."""

    delivery_id: int
    language: str | None = None
    sender: str | None = None
    channel: str = "email"
    unsubscribed: bool = False
    complained: bool = False


@routes.get("/u/{token}")
async def ask(request: web.Request) -> web.Response:
    visitor = await _visitor(request)
    if visitor is None:
        return page(request, "lost.html", status=404)
    name = "complained.html" if visitor.complained else "done.html" if visitor.unsubscribed else "ask.html"
    return _shown(request, name, visitor)


@routes.post("/u/{token}")
async def act(request: web.Request) -> web.Response:
    """`List-Unsubscribe=One-Click` from a mail program (RFC 8058, section 3.2), or a button of our own page.

    No cookie, no login, no redirect. Pressing twice does no harm.
    """
    doors = request.app[DOORS]
    visitor = await _visitor(request)
    if visitor is None:
        return page(request, "lost.html", status=404)
    form = await request.post()
    if form.get("List-Unsubscribe") == "One-Click":
        await _note(doors, EventKind.UNSUBSCRIBED, visitor.delivery_id, "one_click")
        return web.Response(text="OK")
    match form.get("action"):
        case "unsubscribe":
            await _note(doors, EventKind.UNSUBSCRIBED, visitor.delivery_id, "page")
            return _shown(request, "done.html", visitor)
        case "spam":
            await _note(doors, EventKind.COMPLAINED, visitor.delivery_id, "page")
            return _shown(request, "complained.html", visitor)
        case "undo":
            return await _undone(request, doors, visitor)
        case _:
            return _shown(request, "ask.html", visitor, status=400)


async def _undone(request: web.Request, doors: Doors, visitor: Visitor) -> web.Response:
    if visitor.complained:
        return _shown(request, "complained.html", visitor)
    try:
        async with doors.engine.begin() as connection:
            await undo.unsubscription(connection, visitor.delivery_id, doors.clock())
    except (SQLAlchemyError, OSError):
        return page(request, "later.html", status=503, language=visitor.language)
    return _shown(request, "undone.html", visitor)


async def _visitor(request: web.Request) -> Visitor | None:
    """None for a forged token, or a letter that we never wrote. Without the database the token is enough."""
    doors = request.app[DOORS]
    delivery_id = tokens.verify(doors.key, tokens.UNSUBSCRIBE, request.match_info["token"])
    if delivery_id is None:
        return None
    if doors.recorder.away:
        return Visitor(delivery_id)
    try:
        async with doors.engine.connect() as connection:
            row = (await connection.execute(public.addressee(delivery_id))).first()
    except (SQLAlchemyError, OSError):
        return Visitor(delivery_id)
    if row is None:
        return None
    language = known(row.language) if row.language else None
    return Visitor(delivery_id, language, row.sender, row.channel, row.unsubscribed, row.complained)


async def _note(doors: Doors, kind: EventKind, delivery_id: int, way: str) -> None:
    """An OSError goes up: who is told "you are unsubscribed" must be."""
    event = Event(
        kind=kind,
        provider=OWN,
        key=secrets.token_hex(16),
        at=doors.clock(),
        delivery_id=delivery_id,
        details={"way": way},
    )
    await doors.recorder.add(event)


def _shown(request: web.Request, name: str, visitor: Visitor, status: int = 200) -> web.Response:
    return page(request, name, status=status, language=visitor.language, visitor=visitor)
