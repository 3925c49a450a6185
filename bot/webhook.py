"""Updates by webhook: an address that Telegram calls with a secret, served by the bot itself at a port of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest

from aiogram import Bot, Dispatcher
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

PATH = "/telegram"
LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Hook:
    """`url` is what Telegram calls; whatever stands before us passes its path on to `port` of this machine."""

    url: str
    port: int
    secret: str


def hook(public_url: str, port: int, key: bytes) -> Hook:
    """Below the public address; the secret comes from the installation's signing key and is nobody else's."""
    secret = blake2b(b"telegram webhook", key=key, digest_size=32).hexdigest()
    return Hook(f"{public_url}{PATH}", port, secret)


@asynccontextmanager
async def listening(bot: Bot, dispatcher: Dispatcher, hook: Hook) -> AsyncIterator[None]:
    """Serve within the block; raise OSError if the port is taken."""
    application = web.Application(client_max_size=LARGEST)
    _Door(dispatcher, bot, secret_token=hook.secret).register(application, PATH)
    runner = web.AppRunner(application, access_log=None, handle_signals=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", hook.port).start()
        yield
    finally:
        await runner.cleanup()


async def announce(bot: Bot, dispatcher: Dispatcher, hook: Hook) -> None:
    """Tell Telegram where to bring updates."""
    await bot.set_webhook(hook.url, secret_token=hook.secret, allowed_updates=dispatcher.resolve_used_update_types())


class _Door(SimpleRequestHandler):
    def verify_secret(self, telegram_secret_token: str, bot: Bot) -> bool:  # noqa: ARG002 - the base class's
        """Compared as bytes: the base class fails on a header that is not ASCII."""
        return compare_digest(telegram_secret_token.encode(errors="replace"), (self.secret_token or "").encode())
