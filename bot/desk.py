"""The operators' desk: what customers write comes into their topic of the operators' group, or to each operator.

What has to be shown stands in the database until it is: a bot that was killed in between shows it when it is back.
"""

from contextlib import suppress
from dataclasses import replace

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
)
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.presses import AnswerPressed, AskNumberPressed
from bot.rounds import PASSING, Rounds
from bot.running import Run
from bot.topics import Topics
from bot.words import name, quoted
from channels.messenger.telegram.cutting import MORE, cut
from core.queries import conversations as queries
from core.queries import desk, operators
from core.queries.conversations import Talk
from core.queries.desk import Desk as Group
from core.queries.desk import Waiting
from core.services import desk as service
from core.vocabulary import Direction
from texts import _, speaking

log = structlog.get_logger()
SHOWN = 3500
"""As Telegram counts, in UTF-16: an emoji is two."""
AT_ONCE = 20
CHANNEL = "telegram"
NO_CHAT = "chat not found"


class Desk:
    """Shows one message after the other, in the order in which they came."""

    def __init__(self, bot: Bot, run: Run) -> None:
        self._bot, self._run = bot, run
        self._topics = Topics(bot, run)
        self._rounds = Rounds("customers' messages", self._show_waiting)

    def ring(self) -> None:
        """Somebody has just written."""
        self._rounds.ring()

    async def work(self) -> None:
        """Show what waits, what other channels and the panel brought included, for as long as the bot runs."""
        await self._rounds.keep()

    async def _show_waiting(self) -> bool:
        for one in await self._run(desk.waiting, AT_ONCE):
            await self._show(one)
            await self._run(service.shown, [one.id])
        return True

    async def _show(self, one: Waiting) -> None:
        talk = await self._run(queries.get, one.identity_id)
        group = await self._run(desk.group)
        if group is not None and await self._shown_in(group, talk, one):
            return
        if one.direction == Direction.IN:
            await self._tell_each(talk, one)

    async def _shown_in(self, group: Group, talk: Talk, one: Waiting) -> bool:
        """False where the group is gone, and is the desk no more; and where it takes nothing from us."""
        try:
            with speaking(group.language):
                await self._put(group.chat_id, talk, one)
        except TelegramMigrateToChat as told:
            await self._run(service.moved, group.chat_id, told.migrate_to_chat_id)
            return await self._shown_in(replace(group, chat_id=told.migrate_to_chat_id), talk, one)
        except (TelegramForbiddenError, TelegramBadRequest) as fault:
            if isinstance(fault, TelegramBadRequest) and NO_CHAT not in fault.message:
                return await self._shown_barely(group, talk, one)
            log.warning("the operators' group is gone", fault=type(fault).__name__)
            await self._run(service.leave, group.chat_id, by=CHANNEL)
            return False
        return True

    async def _shown_barely(self, group: Group, talk: Talk, one: Waiting) -> bool:
        """One message that Telegram does not take must not keep back all that come after it."""
        log.warning("a customer's message cannot be shown in the group", message=one.id)
        bare = replace(one, kind="text", text=MORE)
        return one != bare and await self._shown_in(group, talk, bare)

    async def _put(self, chat_id: int, talk: Talk, one: Waiting) -> None:
        topic_id = await self._topics.show(chat_id, talk, _said(talk, one), _number_button(talk))
        if topic_id is not None:
            await self._copy(one, chat_id, topic_id)
        elif one.direction == Direction.IN:
            await self._ask(chat_id, talk, one)

    async def _tell_each(self, talk: Talk, one: Waiting) -> None:
        """Each linked operator, in their language; what one of them answers is seen by all in the panel."""
        for operator in await self._run(operators.linked):
            assert operator.telegram_id is not None
            try:
                with speaking(operator.language):
                    await self._ask(operator.telegram_id, talk, one)
            except PASSING:
                raise
            except TelegramAPIError as fault:
                log.info("an operator was not told", operator=operator.id, fault=type(fault).__name__)

    async def _ask(self, chat_id: int, talk: Talk, one: Waiting) -> None:
        """A message that stands for the customer: a reply to it is meant for them."""
        how = _("Reply to this message to answer.")
        text = f"{_said(talk, one)}\n\n<i>{how}</i>"
        sent = await self._bot.send_message(chat_id, text, reply_markup=_buttons(talk))
        await self._run(service.stands_for, chat_id, sent.message_id, talk.identity_id)
        await self._copy(one, chat_id)

    async def _copy(self, one: Waiting, chat_id: int, topic_id: int | None = None) -> None:
        """What was more than words, as it came; a message that is gone is not shown again."""
        whence = _message_of(one)
        if whence is not None:
            with suppress(TelegramBadRequest):
                await self._bot.copy_message(chat_id, *whence, message_thread_id=topic_id)


def _message_of(one: Waiting) -> tuple[int, int] | None:
    """Chat and number of a customer's message that holds more than words."""
    kind, *numbers = (one.key or "").split(":")
    if kind != "message" or one.kind == "text" or len(numbers) != 2:
        return None
    return int(numbers[0]), int(numbers[1])


def _said(talk: Talk, one: Waiting) -> str:
    written = one.text or ""
    shown = cut(written, SHOWN, html=False)
    words = quoted(shown) or ("" if one.media else _("(not a text)"))
    if shown != written or shown == MORE:
        words += "\n" + _("The whole message stands in the panel.")
    if one.media:
        beside = _("With a picture or a file, which the panel shows.")
        words = f"{words}\n📎 {beside}".strip()
    answered = one.direction == Direction.OUT
    icon, who = ("↩️", _("Answered in the panel")) if answered else ("💬", talk.name or _("A customer"))
    return f"{icon} <b>{quoted(name(who))}</b>\n{words}"


def _buttons(talk: Talk) -> InlineKeyboardMarkup:
    reply = InlineKeyboardButton(text=_("Answer"), callback_data=AnswerPressed(identity_id=talk.identity_id).pack())
    return InlineKeyboardMarkup(inline_keyboard=[[reply, *_number(talk)]])


def _number_button(talk: Talk) -> InlineKeyboardMarkup | None:
    return InlineKeyboardMarkup(inline_keyboard=[_number(talk)]) if talk.channel == CHANNEL else None


def _number(talk: Talk) -> list[InlineKeyboardButton]:
    """Elsewhere the number is known: it is the address."""
    if talk.channel != CHANNEL:
        return []
    pressed = AskNumberPressed(identity_id=talk.identity_id).pack()
    return [InlineKeyboardButton(text=_("Ask for the number"), callback_data=pressed)]
