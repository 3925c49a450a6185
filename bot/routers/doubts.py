"""Those in doubt: the question in a message of its own, and what was decided."""

from datetime import UTC, datetime

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot import keyboards, screen
from bot.access import by, needs
from bot.presses import DoubtsPressed
from bot.running import Run
from bot.screen import Drawn, Place, place_of
from bot.telling import answer, answer_in_time
from bot.words import name, quoted, told
from core.errors import Problem
from core.queries import campaigns as queries
from core.services import doubts
from core.vocabulary import DoubtDecision, Role
from texts import _
from texts.doubts import EXPLAINED, button, decided


def make() -> Router:
    router = Router(name="doubts")
    router.callback_query.register(doubts_pressed, DoubtsPressed.filter())
    return router


@needs(Role.LAUNCHER)
async def doubts_pressed(query: CallbackQuery, callback_data: DoubtsPressed, run: Run, bot: Bot) -> None:
    """A second press finds nobody in doubt, and says so."""
    campaign_id, decision = callback_data.campaign_id, callback_data.decision
    if decision is None:
        await answer_in_time(query)
        await _ask(bot, run, Place(place_of(query).chat_id), campaign_id)
        return
    try:
        count = await run(doubts.decide, campaign_id, decision, by=by(query.from_user), now=datetime.now(UTC))
    except Problem as problem:
        await answer(query, told(problem), alert=True)
        return
    await answer(query, decided(decision, count))
    await screen.put(bot, place_of(query), Drawn(decided(decision, count)))


async def _ask(bot: Bot, run: Run, place: Place, campaign_id: int) -> None:
    """In a message of its own, which no new figures overwrite."""
    campaign = await run(queries.get, campaign_id)
    question = _(
        "What about those of <b>%(name)s</b> who may or may not have got it?", name=quoted(name(campaign.name))
    )
    said = [f"<b>{button(one)}</b>: {_(EXPLAINED[one])}" for one in DoubtDecision]
    await screen.put(bot, place, Drawn("\n".join([question, *said]), keyboards.decisions(campaign)))
