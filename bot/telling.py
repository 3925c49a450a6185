"""Where a problem becomes a sentence for the person who wrote or pressed, and a bug a line in the log."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import CallbackQuery, Update

from bot.faults import report
from bot.words import quoted, told
from core.errors import Problem
from texts import _

log = structlog.get_logger()
LONGEST_ANSWER = 200
"""Characters that Telegram shows as the answer to a press."""


class TooLate(Exception):  # noqa: N818 - names the thing
    """A press that waited at Telegram's for so long that nobody expects its effect any more."""


@asynccontextmanager
async def telling(bot: Bot, update: Update) -> AsyncIterator[None]:
    """Nothing that goes wrong within the block gets out of it."""
    try:
        yield
    except Problem as problem:
        await _tell(bot, update, told(problem))
    except TooLate:
        await _tell(bot, update, _("Your press came too late to me, and nothing was done. Please press again."))
    except TelegramForbiddenError:
        log.info("a chat is closed to the bot", update=update.update_id)
    except (TelegramNetworkError, TelegramServerError, TelegramRetryAfter) as fault:
        log.warning("telegram did not take an answer", update=update.update_id, fault=type(fault).__name__)
    except Exception as fault:  # noqa: BLE001 - the outermost loop: one update never stops the others
        report("an update could not be handled", fault)
        await _tell(bot, update, _("Something went wrong here, and it has been noted. Please try it once more."))


async def answer_in_time(query: CallbackQuery, sentence: str | None = None) -> None:
    """Answer a press before acting upon it; raise TooLate if it is older than Telegram lets us answer."""
    try:
        await query.answer(sentence)
    except TelegramBadRequest:
        raise TooLate from None


async def answer(query: CallbackQuery, sentence: str, *, alert: bool = False) -> None:
    """Say what came of a press; whoever pressed long ago sees it in the chat all the same."""
    with suppress(TelegramBadRequest):
        await query.answer(_shortened(sentence), show_alert=alert)


async def _tell(bot: Bot, update: Update, sentence: str) -> None:
    """As the answer to a press if it waits for one, else as a message."""
    query = update.callback_query
    place = query.message if query else update.message
    with suppress(TelegramAPIError):
        if query is not None:
            with suppress(TelegramBadRequest):
                await query.answer(_shortened(sentence), show_alert=True)
                return
        if place is not None:
            await bot.send_message(place.chat.id, quoted(sentence))


def _shortened(sentence: str) -> str:
    """As the answer to a press, which Telegram does not take in any length."""
    return sentence if len(sentence) <= LONGEST_ANSWER else sentence[: LONGEST_ANSWER - 1] + "…"
