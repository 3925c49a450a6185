"""What a preview and a launch show in the chat, whatever is launched: a draft, or a campaign for its newcomers."""

from collections.abc import Awaitable, Callable

from aiogram import Bot

from bot import previews, screen
from bot.live import Live
from bot.previews import Look
from bot.screen import Place
from bot.words import quoted
from core.errors import IllegalTransition, Problem
from core.tables.campaigns import Campaign
from core.vocabulary import CampaignState
from texts import _
from texts.approvals import waits


async def show_preview(
    bot: Bot, live: Live, place: Place, campaign_id: int, read: Callable[[], Awaitable[Look]], *, role: str
) -> None:
    """Counting a million recipients takes seconds, and is announced; one launched already shows as it stands."""
    await screen.put(bot, place, previews.counting())
    try:
        look = await read()
    except IllegalTransition:
        await live.show(place, campaign_id)
    except Problem as problem:
        await screen.put(bot, place, previews.impossible(problem, campaign_id))
    else:
        await screen.put(bot, place, previews.drawn(look, role=role))


async def show_launched(bot: Bot, live: Live, place: Place, campaign_id: int, launching: Awaitable[Campaign]) -> None:
    """The campaign as it stands afterwards, or why it was not launched."""
    try:
        launched = await launching
        if launched.state == CampaignState.DRAFT:
            await bot.send_message(place.chat_id, quoted(waits(launched.name)))
    except IllegalTransition:
        await bot.send_message(place.chat_id, _("It is launched already: pressing twice sends nothing twice."))
    except Problem as problem:
        await screen.put(bot, place, previews.impossible(problem, campaign_id))
        return
    await live.show(place, campaign_id)
