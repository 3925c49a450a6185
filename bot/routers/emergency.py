"""Stopping everything at once, without a question, and letting it go on again."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import Message

from bot.access import by, needs
from bot.running import Run
from core.services import emergency
from core.vocabulary import Role
from texts import _


def make() -> Router:
    router = Router(name="emergency")
    router.message.register(stopped, Command("stopall"), F.chat.type == "private")
    router.message.register(gone_on, Command("goon"), F.chat.type == "private")
    return router


@needs(Role.LAUNCHER)
async def stopped(message: Message, run: Run) -> None:
    """Stopping by mistake costs minutes, asking back in an emergency thousands of messages."""
    await run(emergency.stop_everything, by=by(message.from_user))
    await message.answer(_("Everything is stopped: nothing more is sent on any channel. /goon lets it go on."))


@needs(Role.LAUNCHER)
async def gone_on(message: Message, run: Run) -> None:
    await run(emergency.go_on, by=by(message.from_user))
    await message.answer(_("It goes on where it stopped. Campaigns that were paused before stay paused."))
