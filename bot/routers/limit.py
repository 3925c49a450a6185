"""The daily limit in the chat: how it stands and why, and the end of a block."""

from datetime import UTC, datetime

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import limits, screen
from bot.access import by, needs
from bot.presses import ReleasePressed
from bot.running import Run
from bot.screen import Place, place_of
from bot.telling import answer
from core.queries.pacing import ACCOUNT, sender_scope
from core.services import pacing
from core.tables.operators import Operator
from core.vocabulary import Role
from texts import _


def make() -> Router:
    router = Router(name="limit")
    router.message.register(limit_asked, Command("limit"), F.chat.type == "private")
    router.callback_query.register(release_pressed, ReleasePressed.filter())
    return router


@needs(Role.VIEWER)
async def limit_asked(message: Message, run: Run, bot: Bot, operator: Operator) -> None:
    sight = await run(limits.read, datetime.now(UTC))
    await screen.put(bot, Place(message.chat.id), limits.drawn(sight, operator))


@needs(Role.LAUNCHER)
async def release_pressed(
    query: CallbackQuery, callback_data: ReleasePressed, run: Run, bot: Bot, operator: Operator
) -> None:
    """Whoever may let a campaign go may let it go on."""
    scope = ACCOUNT if callback_data.sender_id is None else sender_scope(callback_data.sender_id)
    now = datetime.now(UTC)
    await run(pacing.release, scope, by=by(query.from_user), now=now)
    await answer(query, _("Released: campaigns go on. What had come together until now does not stop them again."))
    await screen.put(bot, place_of(query), limits.drawn(await run(limits.read, now), operator))
