"""The operators' desk: what customers write comes to every linked operator, and a reply to it goes back."""

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message
from sqlalchemy.orm import Session

from bot.presses import AnswerPressed, AskNumberPressed
from bot.running import Run
from bot.words import name, quoted
from core.queries import conversations as queries
from core.queries import operators
from core.queries.conversations import Talk
from core.services.hearing import Heard
from core.tables.conversations import DeskMessage
from texts import _, speaking

log = structlog.get_logger()
SHOWN = 3000


async def pass_on(bot: Bot, run: Run, heard: Heard, words: str, *, beside: Message | None = None) -> None:
    """Tell each linked operator, in their language; what one of them answers is seen by all in the panel.

    `beside` is the customer's message, where it holds more than words.
    """
    talk = await run(queries.get, heard.identity_id)
    for operator in await run(operators.linked):
        assert operator.telegram_id is not None
        with speaking(operator.language):
            text, buttons = _drawn(talk, words), _buttons(talk)
        try:
            sent = await bot.send_message(operator.telegram_id, text, reply_markup=buttons)
            if beside is not None:
                await bot.copy_message(operator.telegram_id, beside.chat.id, beside.message_id)
        except TelegramAPIError as fault:
            log.info("an operator was not told", operator=operator.id, fault=type(fault).__name__)
            continue
        await run(stands_for, operator.telegram_id, sent.message_id, heard.identity_id)


def stands_for(session: Session, chat_id: int, message_id: int, identity_id: int) -> None:
    """A reply to that message is meant for this customer from now on."""
    session.add(DeskMessage(chat_id=chat_id, message_id=message_id, identity_id=identity_id))


def _drawn(talk: Talk, said: str) -> str:
    who = quoted(name(talk.name or _("A customer")))
    words = quoted(said[:SHOWN]) or _("(not a text)")
    how = _("Reply to this message to answer.")
    return f"💬 <b>{who}</b>\n{words}\n\n<i>{how}</i>"


def _buttons(talk: Talk) -> InlineKeyboardMarkup:
    reply = InlineKeyboardButton(text=_("Answer"), callback_data=AnswerPressed(identity_id=talk.identity_id).pack())
    number = InlineKeyboardButton(
        text=_("Ask for the number"), callback_data=AskNumberPressed(identity_id=talk.identity_id).pack()
    )
    return InlineKeyboardMarkup(inline_keyboard=[[reply, number]])
