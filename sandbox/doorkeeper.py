"""Keeps other web sites from using the sandbox through a visitor's browser."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.loopback import is_loopback

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def doorkeeper(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests under a foreign name (DNS rebinding), and changes asked for by a foreign page."""
    if not is_loopback(f"http://{request.host}"):
        raise web.HTTPForbidden(text="The sandbox answers only under a loopback name.")
    origin = request.headers.get("Origin")
    if request.method not in ("GET", "HEAD") and origin is not None and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text="Another origin may not change the sandbox.")
    answer = await handler(request)
    if not answer.prepared:
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        answer.headers.setdefault("Referrer-Policy", "no-referrer")
    return answer
