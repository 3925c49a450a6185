"""Operators answer customers: by replying to what was passed on, in the customer's topic, or after a press."""

from contextlib import suppress
from datetime import UTC, datetime

from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, ForceReply, Message, ReactionTypeEmoji

from bot import customers, words
from bot.access import by, for_everybody, needs
from bot.courier import Courier
from bot.presses import AnswerPressed, AskNumberPressed
from bot.running import Run
from bot.screen import place_of
from bot.telling import answer_in_time
from bot.words import name, quoted
from core.queries import conversations as queries
from core.queries.conversations import Talk
from core.rules.roles import includes
from core.services import answers
from core.services.desk import stands_for
from core.tables.operators import Operator
from core.vocabulary import Role
from texts import _, speaking

OURS = F.text, ~F.text.startswith("/")
TAKEN = ReactionTypeEmoji(emoji="👌")


def make() -> Router:
    router = Router(name="desk")
    router.message.register(answered, F.chat.type == "private", F.reply_to_message, *OURS, _meant)
    router.message.register(answered_in_group, F.chat.type != "private", F.reply_to_message, *OURS, _meant_in_group)
    router.callback_query.register(answer_pressed, AnswerPressed.filter())
    router.callback_query.register(number_pressed, AskNumberPressed.filter())
    return router


async def _meant(message: Message, operator: Operator | None, run: Run) -> dict[str, int] | bool:
    """For whom a reply is meant; False for one to something else, and from those who may not answer."""
    return may_answer(operator) and await _meant_in_group(message, run)


async def _meant_in_group(message: Message, run: Run) -> dict[str, int] | bool:
    if message.reply_to_message is None:
        return False
    found = await run(queries.meant_by, message.chat.id, message.reply_to_message.message_id)
    return {"identity_id": found} if found is not None else False


def may_answer(operator: Operator | None) -> bool:
    return operator is not None and includes(operator.role, Role.EDITOR)


@needs(Role.EDITOR)
async def answered(message: Message, identity_id: int, run: Run, courier: Courier) -> None:
    await run(answers.answer, identity_id, message.text or "", by=by(message.from_user), now=datetime.now(UTC))
    courier.ring()
    await message.reply(_("On its way."))


@for_everybody
async def answered_in_group(
    message: Message, identity_id: int, operator: Operator | None, run: Run, courier: Courier
) -> None:
    """Whoever sits in the group may write there; only linked operators' words go out."""
    await hand_over(message, identity_id, operator, run, courier)


async def hand_over(
    message: Message, identity_id: int, operator: Operator | None, run: Run, courier: Courier, *, in_topic: bool = False
) -> None:
    """Answer the customer with what an operator wrote in a group, or say why not."""
    if not may_answer(operator):
        await message.reply(quoted(words.not_for_you(operator)))
        return
    said, who = message.text or "", by(message.from_user)
    await run(answers.answer, identity_id, said, by=who, now=datetime.now(UTC), in_topic=in_topic)
    courier.ring()
    with suppress(TelegramAPIError):
        await message.react([TAKEN])


@needs(Role.EDITOR)
async def answer_pressed(query: CallbackQuery, callback_data: AnswerPressed, run: Run, bot: Bot) -> None:
    """Telegram opens the field for a reply to this very message, so that it is clear for whom it is meant."""
    await answer_in_time(query)
    talk = await run(queries.get, callback_data.identity_id)
    asked = _("What shall I write to %(name)s?", name=quoted(_who(talk)))
    sent = await bot.send_message(place_of(query).chat_id, asked, reply_markup=ForceReply())
    await run(stands_for, sent.chat.id, sent.message_id, talk.identity_id)


@needs(Role.EDITOR)
async def number_pressed(query: CallbackQuery, callback_data: AskNumberPressed, run: Run, bot: Bot) -> None:
    await answer_in_time(query)
    talk = await run(queries.get, callback_data.identity_id)
    with speaking(talk.language):
        asked = _("May we know your telephone number? Then we find you in our books. Press the button to send it.")
        await bot.send_message(int(talk.address or 0), asked, reply_markup=customers.ask_for_number())
    told = _("%(name)s was asked.", name=quoted(_who(talk)))
    if isinstance(query.message, Message):
        await query.message.answer(told)
    else:
        await bot.send_message(query.from_user.id, told)


def _who(talk: Talk) -> str:
    return name(talk.name or _("A customer"))
