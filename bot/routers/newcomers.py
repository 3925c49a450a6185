"""A finished campaign for those who have joined its segments since: a preview, then a button bound to it."""

from datetime import UTC, datetime
from functools import partial

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot import previews
from bot.access import by, needs
from bot.launching import show_launched, show_preview
from bot.live import Live
from bot.presses import NewcomersPressed, SendMorePressed
from bot.running import Run
from bot.screen import place_of
from bot.telling import answer_in_time
from core.rules.outside import Outside
from core.services import newcomers
from core.tables.operators import Operator
from core.vocabulary import Role
from texts import _


def make() -> Router:
    router = Router(name="newcomers")
    router.callback_query.register(newcomers_pressed, NewcomersPressed.filter())
    router.callback_query.register(send_pressed, SendMorePressed.filter())
    return router


@needs(Role.LAUNCHER)
async def newcomers_pressed(
    query: CallbackQuery,
    callback_data: NewcomersPressed,
    *,
    operator: Operator,
    run: Run,
    live: Live,
    bot: Bot,
    outside: Outside,
) -> None:
    await answer_in_time(query)
    campaign_id = callback_data.campaign_id
    read = partial(run, previews.read_newcomers, campaign_id, datetime.now(UTC), outside)
    await show_preview(bot, live, place_of(query), campaign_id, read, role=operator.role)


@needs(Role.LAUNCHER)
async def send_pressed(
    query: CallbackQuery, callback_data: SendMorePressed, *, run: Run, live: Live, bot: Bot, outside: Outside
) -> None:
    """Two presses at once send once: the second finds the campaign being sent, or nobody new."""
    await answer_in_time(query, _("Launching …"))
    sending = run(
        newcomers.send,
        callback_data.campaign_id,
        confirmation=callback_data.confirmation,
        outside=outside,
        by=by(query.from_user),
        now=datetime.now(UTC),
    )
    await show_launched(bot, live, place_of(query), callback_data.campaign_id, sending)
