"""Tells open pages what changed (server-sent events), at most a few times a second."""

import asyncio
import json
from contextlib import suppress

from aiohttp import web

from sandbox.page.parts import Parts

REST_SECONDS = 0.15


def routes(parts: Parts) -> list[web.RouteDef]:
    async def events(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await answer.prepare(request)
        await answer.write(b"retry: 1000\n\n")
        # The page was closed: there is nobody left to tell.
        with parts.pulse.watched() as watcher, suppress(ConnectionResetError):
            async for changed in watcher.changes():
                told = {"changed": changed, "counts": await parts.counts()}
                await answer.write(f"data: {json.dumps(told)}\n\n".encode())
                await asyncio.sleep(REST_SECONDS)
        return answer

    return [web.get("/events", events)]
