"""Whatever no other router knows: a word in return, so that nobody is left without an answer."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot import words
from bot.access import for_everybody
from core.tables.operators import Operator
from texts import _


def make() -> Router:
    """The last router: it takes everything."""
    router = Router(name="other")
    router.message.register(written, F.chat.type == "private")
    router.callback_query.register(pressed)
    return router


@for_everybody
async def written(message: Message, operator: Operator | None) -> None:
    if operator is None:
        await message.answer(words.stranger())
        return
    await message.answer(_("I do not understand this. Here is what I can do:") + "\n\n" + words.commands())


@for_everybody
async def pressed(query: CallbackQuery) -> None:
    await query.answer(_("This button does not work any more. Send /campaigns for fresh ones."), show_alert=True)
