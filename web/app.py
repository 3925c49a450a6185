"""The application of the public pages: routes, headers, and the recorder's life from start to end."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import structlog
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.ports import Hooks
from core.services.tracking import Recording
from web import consenting, joining, pictures, preferring, tracking, unsubscribing, viewing
from web import hooks as reports
from web.doors import DOORS, Doors
from web.headers import SECURED
from web.measures import answered, spooled
from web.pages import HERE, page
from web.recorder import Recorder
from web.spool import Spool
from web.targets import Targets

LARGEST_BODY = 16 * 1024

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = structlog.get_logger()


def create_app(
    engine: AsyncEngine,
    *,
    key: bytes,
    spool: Path,
    language: str = "en",
    public_url: str = "",
    hooks: Mapping[str, Hooks] | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> web.Application:
    """The public pages over a database; `key` signs tokens, `spool` is the directory for events while it is away.

    `hooks` are the providers that may report, by name, each below the `public_url` that they know.
    """
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_counted, _answered])
    waiting = Spool(spool)
    spooled.set_function(waiting.size)
    recorder = Recorder(Recording(engine), waiting)
    app[DOORS] = Doors(engine, recorder, Targets(engine), key, clock, language, public_url.rstrip("/"), hooks or {})
    app.add_routes([*tracking.routes, *unsubscribing.routes, *consenting.routes, *reports.routes])
    app.add_routes([*pictures.routes, *preferring.routes, *joining.routes, *viewing.routes])
    app[pictures.KEPT] = OrderedDict()
    app.add_routes([web.get("/health", health), web.get("/style.css", style)])
    app.on_response_prepare.append(_secured)
    app.cleanup_ctx.append(_recording)
    return app


async def health(request: web.Request) -> web.Response:
    """200 as long as pages can be served; `database` says whether events go there, or to the spool."""
    doors = request.app[DOORS]
    try:
        async with asyncio.timeout(2), doors.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        there = True
    except (SQLAlchemyError, OSError, TimeoutError):
        there = False
    return web.json_response({"status": "ok" if there else "degraded", "database": there})


async def style(_: web.Request) -> web.FileResponse:
    return web.FileResponse(HERE / "style.css", headers={"Cache-Control": "public, max-age=86400"})


@web.middleware
async def _counted(request: web.Request, handler: Handler) -> web.StreamResponse:
    answer = await handler(request)
    resource = request.match_info.route.resource
    answered(resource.canonical if resource else "none", answer.status // 100).inc()
    return answer


@web.middleware
async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Strangers see pages of ours and never a traceback."""
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return page(request, "lost.html", status=404)
    except web.HTTPException as known:
        return web.Response(status=known.status, text=known.reason, headers=_allowed(known))
    except Exception:
        log.exception("request_failed", method=request.method, route=str(request.match_info.route.resource))
        return page(request, "later.html", status=503)


def _allowed(fault: web.HTTPException) -> dict[str, str]:
    return {"Allow": fault.headers["Allow"]} if "Allow" in fault.headers else {}


async def _secured(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in SECURED.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = SECURED["Server"]


async def _recording(app: web.Application) -> AsyncIterator[None]:
    recorder = app[DOORS].recorder
    task = asyncio.create_task(recorder.run())
    learning = asyncio.create_task(app[DOORS].targets.learn_often())
    yield
    learning.cancel()
    await asyncio.wait([learning])
    recorder.finish()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(task, 10)
