"""How the bot introduces itself in Telegram: its description, and the commands that its menu offers.

Everybody sees how to begin; the commands of operators stand in the menus of their own chats. Nothing of this stops
the bot: what Telegram does not take now is tried at the next start.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import BotCommand, BotCommandScopeChat

from bot.running import Run
from core.queries import operators
from core.tables.operators import Operator
from texts import LANGUAGES, _, speaking

log = structlog.get_logger()


async def introduce(bot: Bot, run: Run) -> None:
    """In every language that we speak; Telegram shows the first to those who speak none of them."""
    for language in LANGUAGES:
        code = None if language == LANGUAGES[0] else language
        with speaking(language):
            async with _not_needed():
                await _describe(bot, code)
            async with _not_needed():
                await _set_commands(bot, _for_everybody(), language=code)
    for operator in await run(operators.linked):
        with speaking(operator.language):
            await show_commands(bot, operator)


async def show_commands(bot: Bot, operator: Operator) -> None:
    """Offer an operator's commands in the menu of their chat."""
    assert operator.telegram_id is not None
    async with _not_needed():
        await _set_commands(bot, _for_operators(), chat_id=operator.telegram_id)


async def hide_commands(bot: Bot, chat_id: int) -> None:
    async with _not_needed():
        await bot.delete_my_commands(scope=BotCommandScopeChat(chat_id=chat_id))


def _for_everybody() -> list[BotCommand]:
    return [BotCommand(command="start", description=_("Begin"))]


def _for_operators() -> list[BotCommand]:
    return [
        BotCommand(command="campaigns", description=_("All campaigns, newest first")),
        BotCommand(command="status", description=_("What is being sent, live")),
        BotCommand(command="limit", description=_("The daily limit, and why")),
        BotCommand(command="stopall", description=_("Stop everything at once")),
        BotCommand(command="help", description=_("What I can do")),
        BotCommand(command="unlink", description=_("Let go of this chat")),
    ]


async def _describe(bot: Bot, language: str | None) -> None:
    """Only where it is new: Telegram lets a bot describe itself a few times a day."""
    long = _("The bot from which campaigns are sent. Operators find their one-time code in the panel.")
    short = _("Sends campaigns, and tells operators how they are doing.")
    if (await bot.get_my_description(language_code=language)).description != long:
        await bot.set_my_description(description=long, language_code=language)
    if (await bot.get_my_short_description(language_code=language)).short_description != short:
        await bot.set_my_short_description(short_description=short, language_code=language)


async def _set_commands(
    bot: Bot, commands: Sequence[BotCommand], *, language: str | None = None, chat_id: int | None = None
) -> None:
    scope = BotCommandScopeChat(chat_id=chat_id) if chat_id is not None else None
    if await bot.get_my_commands(scope=scope, language_code=language) != list(commands):
        await bot.set_my_commands(list(commands), scope=scope, language_code=language)


@asynccontextmanager
async def _not_needed() -> AsyncIterator[None]:
    try:
        yield
    except TelegramAPIError as fault:
        log.info("telegram did not take the introduction", fault=type(fault).__name__)
