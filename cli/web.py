"""`sendbote web`: serves the public pages, which strangers reach, on their own origin."""

import asyncio
import signal

import typer
import uvloop
from aiohttp import web

from cli.context import Opened, opened
from config.checks import BadSetting
from metrics.serving import serve as serve_metrics
from texts import _

app = typer.Typer(add_completion=False)


@app.command(name="web", help=_("Serve the public pages: open picture, links, unsubscribing."))
def serve() -> None:
    """Run until it is interrupted; what is under way is answered and recorded first."""
    with opened() as door:
        uvloop.run(_serve(door))


async def _serve(door: Opened) -> None:
    from channels.hooks import open_hooks
    from core.database import async_engine
    from web.app import create_app

    serve_metrics(door.settings.data, "web")
    engine = async_engine(door.database_url)
    pages = create_app(
        engine,
        key=door.keys.signing,
        spool=door.settings.data / "spool",
        language=door.settings.language,
        public_url=door.settings.public_address,
        hooks=open_hooks(door.settings, door.keys),
    )
    # Without an access log: an address holds a token, and tokens are kept out of logs.
    runner = web.AppRunner(pages, access_log=None, handle_signals=False)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", door.settings.public_port, backlog=1024)
        try:
            await site.start()
        except OSError:
            raise BadSetting("SENDBOTE_PUBLIC_PORT", "port_taken", port=door.settings.public_port) from None
        host, port = runner.addresses[0][:2]
        print(f"http://{host}:{port}", flush=True)
        await _interrupted()
    finally:
        await runner.cleanup()
        await engine.dispose()


async def _interrupted() -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
