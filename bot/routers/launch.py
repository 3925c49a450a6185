"""The launch: a preview with its figures, then a button that is bound to exactly what was shown."""

from datetime import UTC, datetime

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot import previews, screen
from bot.access import by, needs
from bot.live import Live
from bot.presses import LaunchPressed, PreviewPressed
from bot.running import Run
from bot.screen import place_of
from bot.telling import answer_in_time
from channels.known import CHANNELS
from core.errors import IllegalTransition, Problem
from core.rules.outside import Outside
from core.rules.roles import includes
from core.services import campaigns
from core.tables.operators import Operator
from core.vocabulary import Role
from texts import _


def make() -> Router:
    router = Router(name="launch")
    router.callback_query.register(preview_pressed, PreviewPressed.filter())
    router.callback_query.register(launch_pressed, LaunchPressed.filter())
    return router


@needs(Role.VIEWER)
async def preview_pressed(
    query: CallbackQuery, callback_data: PreviewPressed, *, operator: Operator, run: Run, live: Live, bot: Bot
) -> None:
    """Counting a million recipients takes seconds, so that the press is answered before."""
    await answer_in_time(query)
    place = place_of(query)
    await screen.put(bot, place, previews.counting())
    try:
        look = await run(previews.read, callback_data.campaign_id, datetime.now(UTC))
    except IllegalTransition:
        await live.show(place, callback_data.campaign_id)
    except Problem as problem:
        await screen.put(bot, place, previews.impossible(problem, callback_data.campaign_id))
    else:
        may_launch = includes(operator.role, Role.LAUNCHER)
        await screen.put(bot, place, previews.drawn(look, may_launch=may_launch))


@needs(Role.LAUNCHER)
async def launch_pressed(
    query: CallbackQuery, callback_data: LaunchPressed, *, run: Run, live: Live, bot: Bot, outside: Outside
) -> None:
    """Two presses at once launch once: the second finds the campaign launched."""
    await answer_in_time(query, _("Launching …"))
    place, campaign_id = place_of(query), callback_data.campaign_id
    try:
        await run(
            campaigns.launch,
            campaign_id,
            confirmation=callback_data.confirmation,
            outside=outside,
            channels=CHANNELS,
            by=by(query.from_user),
            now=datetime.now(UTC),
        )
    except IllegalTransition:
        await bot.send_message(place.chat_id, _("It is launched already: pressing twice sends nothing twice."))
    except Problem as problem:
        await screen.put(bot, place, previews.impossible(problem, campaign_id))
        return
    await live.show(place, campaign_id)
