"""The list of series: how often each runs, and when the next run is due."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from aiogram import Bot, Router
from aiogram.filters import Command
from aiogram.types import Message
from sqlalchemy.orm import Session

from bot import screen
from bot.access import needs
from bot.running import Run
from bot.screen import Drawn, Place
from bot.words import heading, name, quoted
from core.queries import settings as business
from core.queries.series import everything
from core.services.series import upcoming
from core.tables.series import Series
from core.vocabulary import Role, SeriesState
from texts import _
from texts.rhythms import rhythm, series_state
from texts.times import moment

MOST = 20


def make() -> Router:
    router = Router(name="series")
    router.message.register(series_asked, Command("series"))
    return router


@needs(Role.VIEWER)
async def series_asked(message: Message, run: Run, bot: Bot) -> None:
    await screen.put(bot, Place(message.chat.id), _drawn(await run(_listed, datetime.now(UTC))))


@dataclass(frozen=True, slots=True)
class _List:
    rows: list[tuple[Series, list[datetime]]]
    zone: ZoneInfo


def _listed(session: Session, now: datetime) -> _List:
    rows = [(one, upcoming(session, one, now, 5)) for one in everything(session)[:MOST]]
    return _List(rows, ZoneInfo(business.value(session, "timezone")))


def _drawn(listed: _List) -> Drawn:
    if not listed.rows:
        return Drawn(_("There are no series yet. They are made in the panel, in a campaign's last step."))
    return Drawn("\n\n".join(_told(series, coming, listed.zone) for series, coming in listed.rows))


def _told(series: Series, coming: list[datetime], zone: ZoneInfo) -> str:
    often = quoted(rhythm(series.rhythm))
    lines = [heading(quoted(name(series.name))), often]
    if series.state != SeriesState.ACTIVE:
        lines.append(quoted(series_state(series.state)))
    return "\n".join([*lines, *("• " + quoted(moment(at, zone)) for at in coming)])
