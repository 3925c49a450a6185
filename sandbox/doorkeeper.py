"""Keeps other web sites from using the sandbox through a visitor's browser."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.loopback import is_loopback

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FOR_PROGRAMS = ("/bot", "/file/bot", "/control/", "/2010-04-01/")


@web.middleware
async def doorkeeper(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a foreign name (DNS rebinding), and what a foreign page asks for, but for a look at our pages."""
    if not is_loopback(f"http://{request.host}"):
        raise web.HTTPForbidden(text="The sandbox answers only under a loopback name.")
    if _foreign(request):
        raise web.HTTPForbidden(text="Another origin may not change the sandbox.")
    answer = await handler(request)
    if not answer.prepared:
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        # Under `no-referrer`, browsers name the origin of a form `null`: our own would be refused with the forged ones.
        answer.headers.setdefault("Referrer-Policy", "same-origin")
    return answer


def _foreign(request: web.Request) -> bool:
    """The Bot API changes things by GET too, which a picture in a letter could ask for."""
    if request.method in ("GET", "HEAD"):
        asks = request.headers.get("Sec-Fetch-Site", "none")
        return asks not in ("none", "same-origin") and request.path.startswith(FOR_PROGRAMS)
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host
