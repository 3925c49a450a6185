"""The page behind a request for consent: a GET shows it, for scanners follow links; only its buttons answer."""

from collections.abc import Callable

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.rules import tokens
from core.services import consent
from core.services.consent import Asked
from web.doors import DOORS
from web.pages import page

WAY = "link"
ANSWERS = {"accept": True, "decline": False}

routes = web.RouteTableDef()


@routes.get("/k/{token}/{choice:yes|no}")
async def ask(request: web.Request) -> web.Response:
    now = request.app[DOORS].clock()
    return await _shown(request, lambda session, letter: consent.look(session, letter, now))


@routes.post("/k/{token}/{choice:yes|no}")
async def act(request: web.Request) -> web.Response:
    """The button says what is answered, not the address; pressing twice answers once."""
    given = ANSWERS.get(str((await request.post()).get("action")))
    if given is None:
        return page(request, "lost.html", status=400)
    now = request.app[DOORS].clock()
    return await _shown(request, lambda session, letter: consent.answer(session, letter, given=given, way=WAY, now=now))


async def _shown(request: web.Request, work: Callable[[Session, int], Asked]) -> web.Response:
    doors = request.app[DOORS]
    letter = tokens.verify(doors.key, tokens.CONSENT, request.match_info["token"])
    if letter is None:
        return page(request, "lost.html", status=404)
    try:
        async with AsyncSession(doors.engine) as session, session.begin():
            asked = await session.run_sync(work, letter)
    except NotFound:
        return page(request, "lost.html", status=404)
    except (SQLAlchemyError, OSError):
        return page(request, "later.html", status=503)
    return page(request, "consent.html", language=asked.language, asked=asked, choice=request.match_info["choice"])
