"""Pictures and files of messages, for readers and for providers that fetch them; they never change."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from core.queries import public
from web.doors import DOORS

KEPT_BYTES = 64 * 1024 * 1024
TYPES = {"png": "image/png", "jpg": "image/jpeg"}
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
SHUT = {"Cross-Origin-Resource-Policy": "cross-origin", "Content-Security-Policy": "default-src 'none'; sandbox"}
HEADERS = {**FOR_GOOD, **SHUT}
Served = tuple[bytes, str, str]
"""Bytes, media type, and the name of a file; a picture has none."""
KEPT = web.AppKey("pictures", OrderedDict[str, Served])

routes = web.RouteTableDef()


@routes.get("/i/{name:[A-Za-z0-9_-]{22}}.{kind:png|jpg}")
async def picture(request: web.Request) -> web.Response:
    name, kind = f"{request.match_info['name']}.{request.match_info['kind']}", request.match_info["kind"]

    async def fetched() -> Served | None:
        async with request.app[DOORS].engine.connect() as connection:
            body = await connection.scalar(public.picture(name))
        return None if body is None else (body, TYPES[kind], "")

    return await _served(request, name, fetched)


@routes.get("/f/{token:[A-Za-z0-9_-]{22}}")
async def file(request: web.Request) -> web.Response:
    """Under the name that a messenger shows beside it; a browser opens it in an origin of its own, if at all."""
    token = request.match_info["token"]

    async def fetched() -> Served | None:
        async with request.app[DOORS].engine.connect() as connection:
            row = (await connection.execute(public.file(token))).first()
        return None if row is None else (row.body, row.kind, row.name)

    return await _served(request, token, fetched)


async def _served(request: web.Request, key: str, fetched: Callable[[], Awaitable[Served | None]]) -> web.Response:
    kept = request.app[KEPT]
    try:
        found = kept.get(key) or await fetched()
    except (SQLAlchemyError, OSError):
        return web.Response(status=503)
    if found is None:
        return web.Response(status=404)
    kept[key] = found
    kept.move_to_end(key)
    while sum(len(one[0]) for one in kept.values()) > KEPT_BYTES:
        kept.popitem(last=False)
    body, kind, name = found
    named = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}"} if name else {}
    return web.Response(body=body, content_type=kind, headers={**HEADERS, **named})
