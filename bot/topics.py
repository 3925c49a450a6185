"""A topic for each customer in the operators' group: made when they write, opened again, or made anew."""

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import InlineKeyboardMarkup

from bot.running import Run
from bot.words import name
from core.queries import desk
from core.queries.conversations import Talk
from core.services import desk as service
from texts import _
from texts.segments import channel

CLOSED, GONE = "TOPIC_CLOSED", ("message thread not found", "TOPIC_DELETED", "TOPIC_ID_INVALID")
NO_TOPICS = ("not a forum", "not enough rights")
LONGEST_NAME = 128
TRIES = 3


class Topics:
    def __init__(self, bot: Bot, run: Run) -> None:
        self._bot, self._run = bot, run

    async def show(self, chat_id: int, talk: Talk, text: str, buttons: InlineKeyboardMarkup | None) -> int | None:
        """Put the words into the customer's topic, whose number comes back; None where the group has no topics."""
        topic_id = await self._run(desk.topic, talk.identity_id, chat_id) or await self._made(chat_id, talk)
        for _again in range(TRIES):
            if topic_id is None:
                break
            try:
                await self._bot.send_message(chat_id, text, message_thread_id=topic_id, reply_markup=buttons)
                break
            except TelegramBadRequest as refusal:
                topic_id = await self._mended(refusal, chat_id, topic_id) or await self._made(chat_id, talk)
        return topic_id

    async def _made(self, chat_id: int, talk: Talk) -> int | None:
        who = name(talk.name or _("A customer"), LONGEST_NAME - 20)
        title = f"{who} · {channel(talk.channel)}"[:LONGEST_NAME]
        try:
            made = await self._bot.create_forum_topic(chat_id, title)
        except TelegramBadRequest as refusal:
            if any(words in refusal.message for words in NO_TOPICS):
                return None
            raise
        await self._run(service.keep_topic, talk.identity_id, chat_id, made.message_thread_id)
        return made.message_thread_id

    async def _mended(self, refusal: TelegramBadRequest, chat_id: int, topic_id: int) -> int | None:
        """Open it again, or None to make another; anything else goes up."""
        if CLOSED in refusal.message:
            await self._bot.reopen_forum_topic(chat_id, topic_id)
            return topic_id
        if any(words in refusal.message for words in GONE):
            return None
        raise refusal
