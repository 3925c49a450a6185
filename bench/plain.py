"""A plain aiohttp application on uvloop, to measure ours against: a picture's token is checked, and nothing stored.

`python -m bench.plain DIRECTORY` serves it with the keys of that data directory and tells its address.
"""

import asyncio
import sys
from pathlib import Path

import uvloop
from aiohttp import web

from config.keys import load_keys
from core.rules import tokens
from web.tracking import PICTURE


async def serve(key: bytes) -> None:
    async def picture(request: web.Request) -> web.Response:
        if tokens.verify(key, tokens.OPEN, request.match_info["token"]) is None:
            raise web.HTTPNotFound
        return web.Response(body=PICTURE, content_type="image/png", headers={"Cache-Control": "no-store"})

    app = web.Application()
    app.add_routes([web.get("/o/{token}.png", picture)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    sys.stdout.write("http://{}:{}\n".format(*runner.addresses[0]))
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(load_keys(Path(sys.argv[1])).signing))
