"""The page of preferences: on which channels a customer wants to hear from us, and in which language."""

from collections.abc import Callable, Sequence

from aiohttp import web
from sqlalchemy.orm import Session

from core.rules import tokens
from core.services import preferences
from core.services.preferences import Preferences, Wanted
from texts import LANGUAGES, _, known, speaking
from web.doors import DOORS
from web.pages import page
from web.visits import visited

routes = web.RouteTableDef()


@routes.get("/p/{token}")
async def show(request: web.Request) -> web.Response:
    return await _shown(request, preferences.look, saved=False)


@routes.post("/p/{token}")
async def save(request: web.Request) -> web.Response:
    """What is ticked is wanted; what the page did not show stays as it is."""
    form = await request.post()
    language = str(form.get("language", ""))
    chosen = language if language in LANGUAGES else None
    now = request.app[DOORS].clock()
    with speaking(chosen):
        wanted = Wanted(
            _ticked(form.getall("channel", []), form.getall("on", [])),
            _ticked(form.getall("topic", []), form.getall("about", [])),
            _("I want to hear news and offers on the channels that I have ticked."),
            _("I want to hear of the topics that I have ticked."),
        )

    def work(session: Session, delivery_id: int) -> Preferences:
        return preferences.keep(session, delivery_id, wanted, language=chosen, now=now)

    return await _shown(request, work, saved=True)


def _ticked(shown: Sequence[object], ticked: Sequence[object]) -> dict[str, bool]:
    return {str(one): one in ticked for one in shown}


async def _shown(request: web.Request, work: Callable[[Session, int], Preferences], *, saved: bool) -> web.Response:
    def drawn(told: Preferences) -> web.Response:
        language = known(told.language) if told.language else None
        return page(request, "preferences.html", language=language, told=told, saved=saved)

    return await visited(request, tokens.PREFERENCES, work, drawn)
