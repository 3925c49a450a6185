"""The whole outside world in one process: a mail server on one port, everything else over HTTP on another."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop
from aiohttp import web

from sandbox import control
from sandbox.doorkeeper import doorkeeper
from sandbox.mail.returns import Returns
from sandbox.mail.store import MailStore
from sandbox.page.parts import Parts
from sandbox.page.routes import install
from sandbox.people import invite
from sandbox.ports import PortTaken
from sandbox.pulse import Pulse
from sandbox.smtp import server
from sandbox.smtp.behaviour import Behaviour
from sandbox.telegram import api
from sandbox.telegram.call import Telegram
from sandbox.telegram.limits import Limits
from sandbox.telegram.updates import Updates
from sandbox.telegram.webhook import Webhooks
from sandbox.telegram.world import World
from sandbox.twilio import api as twilio_api
from sandbox.twilio.callbacks import Callbacks
from sandbox.twilio.world import Line, TwilioWorld


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running one: where it listens, and what it holds."""

    http_port: int
    smtp_port: int
    store: MailStore
    behaviour: Behaviour
    telegram: Telegram
    twilio: TwilioWorld

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"


def run(
    data: Path,
    *,
    port: int,
    smtp_port: int,
    language: str = "en",
    line: Line | None = None,
    ready: Callable[[Sandbox], None] = lambda _sandbox: None,
) -> None:
    """Serve until SIGINT or SIGTERM; keeps everything in `data`/sandbox, and calls `ready` when it listens."""
    uvloop.run(_serve(data, port=port, smtp_port=smtp_port, language=language, line=line, ready=ready))


@asynccontextmanager
async def running(
    data: Path, *, port: int = 0, smtp_port: int = 0, language: str = "en", line: Line | None = None
) -> AsyncIterator[Sandbox]:
    """Serve within the block, on free ports for 0."""
    pulse = Pulse()
    directory = data / "sandbox"
    store = MailStore(directory, lambda: pulse.beat("mail"))
    world = World(directory, lambda: pulse.beat("chat"))
    invite(world)
    behaviour = Behaviour()
    telegram = Telegram(world, Updates(world), Limits())
    returns, webhooks = Returns(store, behaviour), asyncio.create_task(Webhooks(telegram).run())
    application = web.Application(middlewares=[doorkeeper], client_max_size=64 * 1024 * 1024)
    phones = TwilioWorld(directory, lambda: pulse.beat("phones"), line)
    callbacks = Callbacks(phones)
    application.add_routes(api.routes(telegram))
    application.add_routes(twilio_api.routes(phones, callbacks))
    application.add_routes(control.routes(store, behaviour, telegram, pulse))
    application.add_routes(control.twilio_routes(phones, callbacks))
    install(application, Parts(store, behaviour, telegram, pulse, language, phones, callbacks))
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    try:
        await runner.setup()
        http_port = await _listen(runner, port)
        phones.base = f"http://127.0.0.1:{http_port}"
        async with server.serving(store, behaviour, returns, port=smtp_port) as letters_port:
            yield Sandbox(http_port, letters_port, store, behaviour, telegram, phones)
    finally:
        webhooks.cancel()
        returns.cancel()
        await callbacks.close()
        await runner.cleanup()
        store.close()
        world.close()
        phones.close()


async def _listen(runner: web.AppRunner, port: int) -> int:
    site = web.TCPSite(runner, "127.0.0.1", port, backlog=512)
    try:
        await site.start()
    except OSError:
        raise PortTaken(port, mail=False) from None
    return int(runner.addresses[0][1])


async def _serve(
    data: Path, *, port: int, smtp_port: int, language: str, line: Line | None, ready: Callable[[Sandbox], None]
) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with running(data, port=port, smtp_port=smtp_port, language=language, line=line) as sandbox:
        ready(sandbox)
        await stopped.wait()
