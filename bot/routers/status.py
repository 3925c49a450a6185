"""What is being sent now, each campaign live, and what was sent lately."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiogram import Bot, Router
from aiogram.filters import Command
from aiogram.types import Message
from sqlalchemy.orm import Session

from bot import keyboards, screen
from bot.access import needs
from bot.live import Live
from bot.running import Run
from bot.screen import Drawn, Place
from bot.words import heading, name, number, quoted, state
from core.queries import campaigns, statistics
from core.queries.statistics import Figures
from core.tables.campaigns import Campaign
from core.vocabulary import CampaignState, Role
from texts import _

RUNNING = (CampaignState.SENDING, CampaignState.PAUSED)
OVER = (CampaignState.SENT, CampaignState.CANCELLED)
LIVE_AT_ONCE = 3
RECENT = 5
RECENT_DAYS = 14


def make() -> Router:
    router = Router(name="status")
    router.message.register(status_asked, Command("status"))
    return router


@needs(Role.VIEWER)
async def status_asked(message: Message, run: Run, live: Live, bot: Bot) -> None:
    """One overview, and a live card for each of the newest that are being sent."""
    standing = await run(_standing, datetime.now(UTC))
    await screen.put(bot, Place(message.chat.id), _drawn(standing))
    for campaign in reversed(standing.running[:LIVE_AT_ONCE]):
        await live.show(Place(message.chat.id), campaign.id)


@dataclass(frozen=True, slots=True)
class _Standing:
    running: list[Campaign]
    waiting: list[Campaign]
    recent: list[tuple[Campaign, Figures]]


def _standing(session: Session, now: datetime) -> _Standing:
    since = now - timedelta(days=RECENT_DAYS)
    over = campaigns.page(session, limit=RECENT, states=OVER)
    return _Standing(
        running=campaigns.page(session, limit=20, states=RUNNING),
        waiting=campaigns.page(session, limit=10, states=[CampaignState.SCHEDULED]),
        recent=[
            (campaign, statistics.figures(session, campaign.id))
            for campaign in over
            if campaign.finished_at and campaign.finished_at > since
        ],
    )


def _drawn(standing: _Standing) -> Drawn:
    parts = [_("Nothing is being sent at the moment.")]
    if standing.running:
        parts = [heading(_("Now")), *(_line(campaign) for campaign in standing.running)]
    if standing.waiting:
        parts += ["", heading(_("Scheduled")), *(_line(campaign) for campaign in standing.waiting)]
    if standing.recent:
        parts += ["", heading(_("Lately")), *(_result(*one) for one in standing.recent)]
    below = [*standing.running[LIVE_AT_ONCE:], *standing.waiting, *(campaign for campaign, _figures in standing.recent)]
    return Drawn("\n".join(parts), keyboards.campaigns(below) if below else None)


def _line(campaign: Campaign) -> str:
    return f"{state(campaign.state)} · {quoted(name(campaign.name))}"


def _result(campaign: Campaign, figures: Figures) -> str:
    sent = _("%(count)s sent", count=number(figures.sent))
    errors = ", " + _("%(count)s with errors", count=number(figures.errors)) if figures.errors else ""
    return f"{_line(campaign)}: {sent}{errors}"
