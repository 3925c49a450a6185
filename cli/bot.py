"""`sendbote bot`: the Telegram bot, at Telegram's or at the sandbox."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import typer
import uvloop

import config
from channels.outside import outside
from cli.addresses import read
from cli.context import Opened, opened
from cli.environment import sandbox_token
from config import Settings
from config.checks import BadSetting
from metrics.serving import serve as serve_metrics
from texts import _

if TYPE_CHECKING:
    from core.ports import Buckets

app = typer.Typer(add_completion=False)


@dataclass(frozen=True, slots=True)
class Account:
    """The bot's token, and the address of its Bot API server; None is Telegram's own."""

    token: str
    api: str | None


@app.command(name="bot", help=_("Run the Telegram bot."))
def serve() -> None:
    """Run until it is interrupted; without a bot it says so, and waits to be ended like the others."""
    settings = config.load()
    account = account_of(settings)
    if account is None:
        print(_("There is no bot: set SENDBOTE_TELEGRAM_TOKEN to the token that BotFather gave you."), flush=True)
        uvloop.run(_interrupted())
        return
    with opened(settings=settings) as door:
        serve_metrics(settings.data, "bot")
        uvloop.run(_serve(door, account))


def account_of(settings: Settings) -> Account | None:
    """The bot that is set, else the sandbox's; None without either."""
    if settings.telegram_token:
        return Account(settings.telegram_token, settings.telegram_api)
    if not settings.sandbox:
        return None
    running = read(settings.data)
    sandbox = running.sandbox if running else None
    return Account(
        sandbox_token(settings.data),
        settings.telegram_api or sandbox or f"http://127.0.0.1:{settings.sandbox_port}",
    )


async def _serve(door: Opened, account: Account) -> None:
    async with _buckets(door) as buckets:
        await _serve_within(door, account, buckets)


@asynccontextmanager
async def _buckets(door: Opened) -> AsyncIterator["Buckets"]:
    """Those of all processes, or, where no Redis is named, this one's own."""
    from channels.buckets import LocalBuckets, shared

    shares = door.settings.workers + 1
    if door.redis_url is None:
        yield LocalBuckets(shares)
        return
    async with shared(door.redis_url, shares=shares) as buckets:
        yield buckets


async def _serve_within(door: Opened, account: Account, buckets: "Buckets") -> None:
    from aiogram.types import User
    from aiogram.utils.token import TokenValidationError

    from bot.app import Keys
    from bot.connection import connect
    from bot.courier import Bag
    from bot.running import Run
    from bot.serving import Ways
    from bot.serving import serve as serve_bot
    from bot.webhook import hook
    from channels import registry

    settings = replace(door.settings, telegram_token=account.token, telegram_api=account.api)

    def ready(me: User) -> None:
        print(_("The bot @%(name)s listens.", name=me.username or me.first_name), flush=True)

    try:
        bot = connect(account.token, account.api, buckets)
    except TokenValidationError:
        raise BadSetting("SENDBOTE_TELEGRAM_TOKEN", "not_a_bot_token") from None
    calls = None
    if settings.telegram_webhook and settings.public_url:
        calls = hook(settings.public_url, settings.telegram_port, door.keys.signing)
    bag = Bag(door.database_url, door.sessions, registry.provider("telegram", settings, door.keys, buckets))
    ways = Ways(
        language=settings.language,
        hook=calls,
        outside=outside(settings),
        keys=Keys(door.keys.addresses, door.keys.signing),
        country=settings.default_country,
        bag=bag,
    )
    run = Run(door.sessions)
    serving = asyncio.create_task(serve_bot(bot, run, ways, ready=ready))
    told = asyncio.create_task(_interrupted())
    try:
        await asyncio.wait([serving, told], return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
    except OSError:
        if calls is None:
            raise
        raise BadSetting("SENDBOTE_TELEGRAM_PORT", "port_taken", port=settings.telegram_port) from None
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        run.close()


async def _interrupted() -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
