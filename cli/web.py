"""`sendbote web`: serves the public pages, which strangers reach, on their own origin."""

import asyncio
import signal

import typer
import uvloop

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
    from core.services import settings
    from web.app import create_app
    from web.serving import AddressTakenError, serving

    serve_metrics(door.settings.data, "web")
    with door.sessions.begin() as session:
        settings.name_address(session, door.settings.short_address)
    engine = async_engine(door.database_url)
    pages = create_app(
        engine,
        key=door.keys.signing,
        spool=door.settings.data / "spool",
        language=door.settings.language,
        public_url=door.settings.public_address,
        hooks=open_hooks(door.settings, door.keys),
    )
    try:
        async with serving(pages, "127.0.0.1", door.settings.public_port) as (host, port):
            print(f"http://{host}:{port}", flush=True)
            await _interrupted()
    except AddressTakenError:
        raise BadSetting("SENDBOTE_PUBLIC_PORT", "port_taken", port=door.settings.public_port) from None
    finally:
        await engine.dispose()


async def _interrupted() -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
