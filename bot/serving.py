"""The bot as a process: it waits until Telegram is there, takes updates, and ends when it is told to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    TelegramConflictError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import User
from aiogram.utils.backoff import BackoffConfig

from bot import alarms, introduction, notices, webhook
from bot.app import NO_KEYS, Beside, Keys, make_dispatcher
from bot.courier import Bag, Courier
from bot.desk import Desk
from bot.faults import report
from bot.live import EVERY_SECONDS, Live
from bot.running import Run
from bot.webhook import Hook
from core.errors import Problem
from core.rules.outside import Outside
from core.services import settings, updates

log = structlog.get_logger()
T = TypeVar("T")
SANDBOX = Outside(None, real_relay=False)

PATIENCE = BackoffConfig(min_delay=0.5, max_delay=10.0, factor=1.6, jitter=0.1)
AT_ONCE = 50
"""Updates in hand at the same time; the others wait at Telegram's."""
TIDY_SECONDS = 3600
Told = Callable[[User], None]


@dataclass(frozen=True, slots=True)
class Ways:
    """How the bot is run: its language where nobody's is known, and by which way updates come (None: polling)."""

    language: str = "en"
    hook: Hook | None = None
    every_seconds: float = EVERY_SECONDS
    outside: Outside = SANDBOX
    keys: Keys = NO_KEYS
    country: str = "DE"
    """Of numbers that are written without one."""
    bag: Bag | None = None
    """What answers to customers are carried with; None: nobody carries them here."""


async def serve(bot: Bot, run: Run, ways: Ways, *, ready: Told = lambda _me: None) -> None:
    """Run until it is cancelled; a lost connection or a restarted database never ends it."""
    live = Live(bot, run, language=ways.language, every=ways.every_seconds)
    hands = Beside(live, Courier(run, ways.bag), Desk(bot, run))
    dispatcher = make_dispatcher(run, hands, ways.outside, ways.keys, ways.country)
    beside: list[asyncio.Task[None]] = []
    try:
        me = await _patiently(bot.me)
        await run(settings.name_bot, me.username or "")
        beside = [asyncio.create_task(work) for work in _beside(bot, run, hands)]
        async with _taking_updates(bot, dispatcher, ways.hook) as end:
            ready(me)
            await end
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await bot.session.close()


def _beside(bot: Bot, run: Run, hands: Beside) -> list[Coroutine[Any, Any, None]]:
    """What goes on while updates come in."""
    works = (hands.live.watch(), hands.courier.work(), hands.desk.work())
    return [*works, alarms.watch(bot, run), notices.watch(bot, run), _introduce(bot, run), _keep_tidy(run)]


@asynccontextmanager
async def _taking_updates(bot: Bot, dispatcher: Dispatcher, hook: Hook | None) -> AsyncIterator[asyncio.Future[Any]]:
    """Within the block updates come in; what is given ends only if that breaks down."""
    if hook is not None:
        async with webhook.listening(bot, dispatcher, hook):
            await _patiently(lambda: webhook.announce(bot, dispatcher, hook))
            yield asyncio.get_running_loop().create_future()
        return
    await _patiently(bot.delete_webhook)
    polling = asyncio.create_task(
        dispatcher.start_polling(
            bot,
            polling_timeout=30,
            handle_signals=False,
            close_bot_session=False,
            backoff_config=PATIENCE,
            tasks_concurrency_limit=AT_ONCE,
        )
    )
    try:
        yield asyncio.shield(polling)
    finally:
        with suppress(RuntimeError):  # it has not begun yet
            await dispatcher.stop_polling()
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)


async def _patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Try until Telegram answers; a token that it does not know is said, and tried again more seldom."""
    pause = PATIENCE.min_delay
    while True:
        try:
            return await call()
        except TelegramUnauthorizedError:
            log.error("telegram does not know this token: check SENDBOTE_TELEGRAM_TOKEN")
            pause = 60.0
        except (TelegramNetworkError, TelegramServerError, TelegramRetryAfter, TelegramConflictError) as fault:
            log.warning("telegram does not answer yet", fault=type(fault).__name__)
        await asyncio.sleep(pause)
        pause = min(pause * PATIENCE.factor, 60.0)


async def _introduce(bot: Bot, run: Run) -> None:
    try:
        await introduction.introduce(bot, run)
    except Problem as problem:
        log.warning("the introduction waits for the next start", code=problem.code)
    except Exception as fault:  # noqa: BLE001 - without a menu the bot works as well
        report("the bot could not introduce itself", fault)


async def _keep_tidy(run: Run) -> None:
    """Forget the numbers of updates that cannot come again."""
    while True:
        try:
            await run(updates.forget_old, datetime.now(UTC))
        except Problem as problem:
            log.warning("old updates are forgotten later", code=problem.code)
        await asyncio.sleep(TIDY_SECONDS)
