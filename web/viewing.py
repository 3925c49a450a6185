"""A letter in the browser, for programs that spoil it: looked at by its reader, and counted as nothing."""

from aiohttp import web

from channels.email.showing import shown
from channels.links import Links
from core.errors import Problem
from core.rules import tokens
from core.services import viewing
from core.services.viewing import Viewed
from texts import known
from web.doors import DOORS
from web.headers import NO_STORE
from web.pages import page
from web.visits import visited

routes = web.RouteTableDef()
SHUT = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src https: http: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A page of its own origin that runs nothing: what stands in a letter reaches nothing of ours. Links lead on."""


@routes.get("/v/{token}")
async def view(request: web.Request) -> web.Response:
    doors = request.app[DOORS]

    def drawn(viewed: Viewed) -> web.Response:
        try:
            return _drawn(request, viewed, Links(doors.public_url, doors.key))
        except Problem:
            return _gone(request, viewed)

    return await visited(request, tokens.VIEW, viewing.look, drawn)


def _drawn(request: web.Request, viewed: Viewed, links: Links) -> web.Response:
    values, letter = viewed.values, viewed.delivery_id
    if values is None:
        return _gone(request, viewed)
    if viewed.html is None:
        text, subject = (shown(part, values, letter, links, escape=False) for part in (viewed.text, viewed.subject))
        return page(request, "letter.html", language=known(viewed.language), subject=subject, text=text)
    html = shown(viewed.html, values, letter, links, escape=True)
    return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": SHUT, **NO_STORE})


def _gone(request: web.Request, viewed: Viewed) -> web.Response:
    """Erased, or a value has gone that it cannot do without."""
    return page(request, "gone.html", status=410, language=known(viewed.language))
