"""The list of campaigns, page by page, and the card of one."""

from dataclasses import dataclass

from aiogram import Bot, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message
from sqlalchemy.orm import Session

from bot import keyboards, screen
from bot.access import needs
from bot.live import Live
from bot.presses import OpenPressed, PagePressed, RefreshPressed
from bot.running import Run
from bot.screen import Drawn, Place, place_of
from bot.telling import answer_in_time
from bot.words import heading, number
from core.queries import campaigns
from core.tables.campaigns import Campaign
from core.vocabulary import Role
from texts import _, ngettext

PAGE = 8


def make() -> Router:
    router = Router(name="campaigns")
    router.message.register(campaigns_asked, Command("campaigns"))
    router.callback_query.register(page_pressed, PagePressed.filter())
    router.callback_query.register(open_pressed, OpenPressed.filter())
    router.callback_query.register(refresh_pressed, RefreshPressed.filter())
    return router


@needs(Role.VIEWER)
async def campaigns_asked(message: Message, run: Run, bot: Bot) -> None:
    await screen.put(bot, Place(message.chat.id), _drawn(await run(_listed, 0)))


@needs(Role.VIEWER)
async def page_pressed(query: CallbackQuery, callback_data: PagePressed, run: Run, bot: Bot) -> None:
    await answer_in_time(query)
    await screen.put(bot, place_of(query), _drawn(await run(_listed, callback_data.page)))


@needs(Role.VIEWER)
async def open_pressed(query: CallbackQuery, callback_data: OpenPressed, live: Live) -> None:
    """The card comes as a new message: the list stays where it is."""
    await answer_in_time(query)
    await live.show(Place(place_of(query).chat_id), callback_data.campaign_id)


@needs(Role.VIEWER)
async def refresh_pressed(query: CallbackQuery, callback_data: RefreshPressed, live: Live) -> None:
    await answer_in_time(query)
    await live.show(place_of(query), callback_data.campaign_id)


@dataclass(frozen=True, slots=True)
class _Page:
    page: int
    total: int
    campaigns: list[Campaign]


def _listed(session: Session, page: int) -> _Page:
    total = campaigns.count(session)
    return _Page(page, total, campaigns.page(session, limit=PAGE, offset=page * PAGE))


def _drawn(listed: _Page) -> Drawn:
    if not listed.total:
        return Drawn(_("There are no campaigns yet. They are made in the panel."))
    words = ngettext("One campaign.", "%(count)s campaigns, newest first.", listed.total, count=number(listed.total))
    keyboard = keyboards.campaigns(
        listed.campaigns,
        listed.page,
        newer=listed.page > 0,
        older=(listed.page + 1) * PAGE < listed.total,
    )
    return Drawn(heading(_("Campaigns")) + "\n" + words, keyboard)
