"""The page behind a request for consent: a GET shows it, for scanners follow links; only its buttons answer."""

from collections.abc import Callable

from aiohttp import web
from sqlalchemy.orm import Session

from core.rules import tokens
from core.services import consent
from core.services.consent import Asked
from web.doors import DOORS
from web.pages import page
from web.visits import visited

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
    def drawn(asked: Asked) -> web.Response:
        choice = request.match_info["choice"]
        return page(request, "consent.html", language=asked.language, asked=asked, choice=choice)

    return await visited(request, tokens.CONSENT, work, drawn)
