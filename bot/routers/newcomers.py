"""A finished campaign for those who have joined its segments since: a preview, then a button bound to it."""

from datetime import UTC, datetime

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot import previews, screen
from bot.access import by, needs
from bot.live import Live
from bot.presses import NewcomersPressed, SendMorePressed
from bot.running import Run
from bot.screen import place_of
from bot.telling import answer_in_time
from core.errors import IllegalTransition, Problem
from core.rules.outside import Outside
from core.services import newcomers
from core.vocabulary import Role
from texts import _


def make() -> Router:
    router = Router(name="newcomers")
    router.callback_query.register(newcomers_pressed, NewcomersPressed.filter())
    router.callback_query.register(send_pressed, SendMorePressed.filter())
    return router


@needs(Role.LAUNCHER)
async def newcomers_pressed(
    query: CallbackQuery, callback_data: NewcomersPressed, run: Run, live: Live, bot: Bot
) -> None:
    await answer_in_time(query)
    place, campaign_id = place_of(query), callback_data.campaign_id
    await screen.put(bot, place, previews.counting())
    try:
        look = await run(previews.read_newcomers, campaign_id, datetime.now(UTC))
    except IllegalTransition:
        await live.show(place, campaign_id)
    except Problem as problem:
        await screen.put(bot, place, previews.impossible(problem, campaign_id))
    else:
        await screen.put(bot, place, previews.drawn(look, may_launch=True))


@needs(Role.LAUNCHER)
async def send_pressed(
    query: CallbackQuery, callback_data: SendMorePressed, *, run: Run, live: Live, bot: Bot, outside: Outside
) -> None:
    """Two presses at once send once: the second finds the campaign being sent, or nobody new."""
    await answer_in_time(query, _("Launching …"))
    place, campaign_id = place_of(query), callback_data.campaign_id
    try:
        await run(
            newcomers.send,
            campaign_id,
            confirmation=callback_data.confirmation,
            outside=outside,
            by=by(query.from_user),
            now=datetime.now(UTC),
        )
    except IllegalTransition:
        await bot.send_message(place.chat_id, _("It is launched already: pressing twice sends nothing twice."))
    except Problem as problem:
        await screen.put(bot, place, previews.impossible(problem, campaign_id))
        return
    await live.show(place, campaign_id)
