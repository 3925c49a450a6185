"""The launch: a preview with its figures, then a button that is bound to exactly what was shown."""

from datetime import UTC, datetime
from functools import partial

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot import previews
from bot.access import by, needs
from bot.launching import show_launched, show_preview
from bot.live import Live
from bot.presses import LaunchPressed, PartPressed, PreviewPressed
from bot.running import Run
from bot.screen import place_of
from bot.telling import answer_in_time
from channels.known import CHANNELS
from core.queries import settings as business
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
    router.callback_query.register(part_pressed, PartPressed.filter())
    return router


@needs(Role.VIEWER)
async def preview_pressed(
    query: CallbackQuery,
    callback_data: PreviewPressed,
    *,
    operator: Operator,
    run: Run,
    live: Live,
    bot: Bot,
    outside: Outside,
) -> None:
    await answer_in_time(query)
    campaign_id = callback_data.campaign_id
    read = partial(run, previews.read, campaign_id, datetime.now(UTC), outside)
    await show_preview(bot, live, place_of(query), campaign_id, read, role=operator.role)


@needs(Role.LAUNCHER)
async def launch_pressed(
    query: CallbackQuery, callback_data: LaunchPressed, *, run: Run, live: Live, bot: Bot, outside: Outside
) -> None:
    """Two presses at once launch once: the second finds the campaign launched."""
    await answer_in_time(query, _("Launching …"))
    await _launch(query, callback_data, run=run, live=live, bot=bot, outside=outside, part=False)


@needs(Role.LAUNCHER)
async def part_pressed(
    query: CallbackQuery,
    callback_data: PartPressed,
    *,
    operator: Operator,
    run: Run,
    live: Live,
    bot: Bot,
    outside: Outside,
) -> None:
    """Who may is asked at the press: the setting may have changed since the button was shown."""
    if not includes(operator.role, await run(business.part_role)):
        await query.answer(_("Your role does not allow to launch a part."), show_alert=True)
        return
    await answer_in_time(query, _("Launching …"))
    await _launch(query, callback_data, run=run, live=live, bot=bot, outside=outside, part=True)


async def _launch(
    query: CallbackQuery,
    callback_data: LaunchPressed | PartPressed,
    *,
    run: Run,
    live: Live,
    bot: Bot,
    outside: Outside,
    part: bool,
) -> None:
    launching = run(
        campaigns.launch,
        callback_data.campaign_id,
        confirmation=callback_data.confirmation,
        outside=outside,
        channels=CHANNELS,
        by=by(query.from_user),
        now=datetime.now(UTC),
        part=part,
    )
    await show_launched(bot, live, place_of(query), callback_data.campaign_id, launching)
