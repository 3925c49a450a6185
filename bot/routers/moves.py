"""Pause, resume and cancel, the last only after a second question."""

from datetime import UTC, datetime

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot import keyboards, screen
from bot.access import by, needs
from bot.live import Live
from bot.presses import MovePressed, SurePressed
from bot.running import Run
from bot.screen import Drawn, Place, place_of
from bot.telling import answer, answer_in_time
from bot.words import name, quoted, told
from core.errors import IllegalTransition
from core.queries import campaigns as queries
from core.services import campaigns, schedules
from core.vocabulary import CampaignAction, Role
from texts import N_, _

MOVES = {
    CampaignAction.UNSCHEDULE: (schedules.unschedule, N_("It is a draft again, and nothing is sent by itself.")),
    CampaignAction.PAUSE: (campaigns.pause, N_("Paused. What is on its way is finished; nothing more begins.")),
    CampaignAction.RESUME: (campaigns.resume, N_("It goes on where it stopped.")),
}


def make() -> Router:
    router = Router(name="moves")
    router.callback_query.register(move_pressed, MovePressed.filter())
    router.callback_query.register(sure_pressed, SurePressed.filter())
    return router


@needs(Role.LAUNCHER)
async def move_pressed(query: CallbackQuery, callback_data: MovePressed, run: Run, live: Live, bot: Bot) -> None:
    campaign_id, action = callback_data.campaign_id, callback_data.action
    if action not in MOVES:
        await answer_in_time(query)
        await _ask(bot, run, Place(place_of(query).chat_id), campaign_id)
        return
    move, done = MOVES[action]
    try:
        await run(move, campaign_id, by=by(query.from_user))
        await answer(query, _(done))
    except IllegalTransition as problem:
        await answer(query, told(problem), alert=True)
    await live.show(place_of(query), campaign_id)


@needs(Role.LAUNCHER)
async def sure_pressed(query: CallbackQuery, callback_data: SurePressed, run: Run, bot: Bot) -> None:
    """The card itself follows by itself, as for a campaign that is cancelled in the panel."""
    place = place_of(query)
    if not callback_data.cancel:
        await answer(query, _("Nothing was changed."))
        await screen.put(bot, place, Drawn(_("Not cancelled: nothing was changed.")))
        return
    campaign = await run(campaigns.cancel, callback_data.campaign_id, by=by(query.from_user), now=datetime.now(UTC))
    await answer(query, _("Cancelled."))
    said = _("“%(name)s” is cancelled. Whoever has not been sent to gets nothing.", name=quoted(name(campaign.name)))
    await screen.put(bot, place, Drawn(said))


async def _ask(bot: Bot, run: Run, place: Place, campaign_id: int) -> None:
    """In a message of its own, which no new figures overwrite."""
    campaign = await run(queries.get, campaign_id)
    question = _("Cancel <b>%(name)s</b> for good?", name=quoted(name(campaign.name)))
    explained = _("Whoever has not been sent to gets nothing. This cannot be undone.")
    await screen.put(bot, place, Drawn(f"{question}\n{explained}", keyboards.sure(campaign_id)))
