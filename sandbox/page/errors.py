"""Pages for what cannot be shown, for people; programs get the bare answer."""

from aiohttp import web
from aiohttp.typedefs import Middleware

from sandbox.doorkeeper import FOR_PROGRAMS, Handler
from sandbox.page.parts import Parts


def apologising(parts: Parts) -> Middleware:
    @web.middleware
    async def apologise(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPClientError as problem:
            wants_page = "text/html" in request.headers.get("Accept", "")
            if not wants_page or request.path.startswith(FOR_PROGRAMS):
                raise
            return await parts.page(request, "error.html", code=problem.status, status=problem.status)

    return apologise
