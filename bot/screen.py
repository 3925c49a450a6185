"""Putting something on the screen: into the place of an older message of ours, or below all others."""

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, InlineKeyboardMarkup

GONE = ("message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID", "chat not found")
"""In Telegram's words, when nothing is left to edit."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message's text as HTML, and its buttons."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None

    @property
    def digest(self) -> str:
        buttons = self.keyboard.model_dump_json() if self.keyboard else ""
        return sha256(f"{self.text}\0{buttons}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Place:
    """A message in a chat; without its number, a new one."""

    chat_id: int
    message_id: int | None = None


def place_of(query: CallbackQuery) -> Place:
    """Where a button was pressed."""
    if query.message is None:
        return Place(query.from_user.id)
    return Place(query.message.chat.id, query.message.message_id)


async def put(bot: Bot, place: Place, drawn: Drawn) -> int:
    """Show it there, or as a new message if that one is gone; the message's number comes back."""
    if place.message_id is not None and await edit(bot, place.chat_id, place.message_id, drawn):
        return place.message_id
    sent = await bot.send_message(place.chat_id, drawn.text, reply_markup=drawn.keyboard)
    return sent.message_id


async def edit(bot: Bot, chat_id: int, message_id: int, drawn: Drawn) -> bool:
    """Whether the message shows it now: False if there is no such message any more."""
    try:
        await bot.edit_message_text(drawn.text, chat_id=chat_id, message_id=message_id, reply_markup=drawn.keyboard)
    except TelegramBadRequest as refusal:
        if "message is not modified" in refusal.message:
            return True
        if any(words in refusal.message for words in GONE):
            return False
        raise
    return True


async def remove(bot: Bot, chat_id: int, message_id: int) -> None:
    """Take a message away; one that is gone, or too old for that, stays as it is."""
    with suppress(TelegramBadRequest):
        await bot.delete_message(chat_id, message_id)
