"""Pictures of letters, for whoever reads one; they never change, so that everybody may keep them."""

from collections import OrderedDict

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from core.queries import public
from web.doors import DOORS

KEPT_BYTES = 64 * 1024 * 1024
TYPES = {"png": "image/png", "jpg": "image/jpeg"}
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
HEADERS = {**FOR_GOOD, "Cross-Origin-Resource-Policy": "cross-origin", "Content-Security-Policy": "default-src 'none'"}
KEPT = web.AppKey("pictures", OrderedDict[str, bytes])

routes = web.RouteTableDef()


@routes.get("/i/{name:[A-Za-z0-9_-]{22}}.{kind:png|jpg}")
async def picture(request: web.Request) -> web.Response:
    name, kind = f"{request.match_info['name']}.{request.match_info['kind']}", request.match_info["kind"]
    try:
        body = request.app[KEPT].get(name) or await _fetched(request.app, name)
    except (SQLAlchemyError, OSError):
        return web.Response(status=503)
    if body is None:
        return web.Response(status=404)
    return web.Response(body=body, content_type=TYPES[kind], headers=HEADERS)


async def _fetched(app: web.Application, name: str) -> bytes | None:
    async with app[DOORS].engine.connect() as connection:
        body = await connection.scalar(public.picture(name))
    if body is not None:
        kept = app[KEPT]
        kept[name] = body
        while sum(map(len, kept.values())) > KEPT_BYTES:
            kept.popitem(last=False)
    return body
