"""Stopping everything at once, without a question, and letting it go on again."""

from datetime import UTC, datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import Message

from bot.access import by, needs
from bot.running import Run
from bot.words import quoted
from core.services import emergency
from core.vocabulary import Role
from texts import _
from texts import emergency as texts


def make() -> Router:
    router = Router(name="emergency")
    router.message.register(stopped, Command("stopall"), F.chat.type == "private")
    router.message.register(gone_on, Command("goon"), F.chat.type == "private")
    return router


@needs(Role.LAUNCHER)
async def stopped(message: Message, run: Run) -> None:
    """Stopping by mistake costs minutes, asking back in an emergency thousands of messages."""
    await run(emergency.stop_everything, by=by(message.from_user))
    await message.answer(texts.stopped() + " " + _("/goon lets it go on."))


@needs(Role.LAUNCHER)
async def gone_on(message: Message, run: Run) -> None:
    released = await run(emergency.go_on, by=by(message.from_user), now=datetime.now(UTC))
    await message.answer(quoted(texts.gone_on(released)))
