"""Providers' reports, by webhook: what is forged changes nothing, what is true is answered once it is safe."""

import asyncio

import structlog
from aiohttp import web

from core.errors import Forged, Invalid, Unavailable
from core.messages import Event
from core.ports import HookRequest, Hooks
from web.doors import DOORS, Doors
from web.pages import page

LARGEST_REPORT = 1024 * 1024
"""Providers gather hundreds of events into one request."""

routes = web.RouteTableDef()
log = structlog.get_logger()


@routes.post("/hooks/{provider}")
async def report(request: web.Request) -> web.Response:
    """200 when every event is in the database or on disk; 403 for a forged request, which is kept nowhere.

    Anything but a 2xx makes a provider report again, so what we could not keep (503) is not lost.
    """
    doors = request.app[DOORS]
    provider = request.match_info["provider"]
    hooks = doors.hooks.get(provider)
    if hooks is None:
        return page(request, "lost.html", status=404)
    reported = await _reported(request, doors)
    try:
        events = await asyncio.to_thread(_believed, hooks, reported)
    except Forged as problem:
        log.warning("hook_forged", provider=provider, why=problem.params.get("why"))
        raise web.HTTPForbidden from None
    except Invalid as problem:
        log.warning("hook_unreadable", provider=provider, code=problem.code)
        raise web.HTTPBadRequest from None
    except Unavailable as problem:
        log.warning("hook_unverified", provider=provider, code=problem.code)
        raise web.HTTPServiceUnavailable from None
    await _kept(doors, events)
    return web.Response()


async def _reported(request: web.Request, doors: Doors) -> HookRequest:
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = await _bounded(request)
    return HookRequest(request.method, doors.public_url + request.raw_path, headers, body, doors.clock())


async def _bounded(request: web.Request) -> bytes:
    """The body, up to our bound and not to what its header says."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST_REPORT:
            raise web.HTTPRequestEntityTooLarge(LARGEST_REPORT, len(body))
    return bytes(body)


def _believed(hooks: Hooks, request: HookRequest) -> list[Event]:
    hooks.verify(request)
    return hooks.parse(request)


async def _kept(doors: Doors, events: list[Event]) -> None:
    """All at once, so that they share a group's commit; an OSError goes up: what is not safe is not answered."""
    await asyncio.gather(*(doors.recorder.add(event) for event in events))
