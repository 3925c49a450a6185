"""Notices: operators who may launch hear of what happened while nobody looked, such as a launch that was refused."""

from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from aiogram import Bot
from sqlalchemy.orm import Session

from bot import broadcast, keyboards
from bot.rounds import Rounds
from bot.running import Run
from bot.screen import Drawn
from bot.words import quoted
from core.queries import notices as queries
from core.queries import settings as business
from core.services import notices
from core.tables.notices import Notice
from core.tables.operators import Operator
from core.vocabulary import Role
from texts.notices import notice


async def watch(bot: Bot, run: Run) -> None:
    """Say each once, for as long as the bot runs; what nobody could be told is tried again."""
    await Rounds("notices", partial(_tell, bot, run)).keep()


async def _tell(bot: Bot, run: Run) -> bool:
    """Whether all is said: False while Telegram takes nothing from us."""
    for one, zone in await run(_untold):
        if not await broadcast.to_operators(bot, run, partial(_drawn, one, zone), least=Role.LAUNCHER):
            return False
        await run(notices.mark_told, one.id, datetime.now(UTC))
    return True


def _untold(session: Session) -> list[tuple[Notice, ZoneInfo]]:
    waiting = queries.untold(session)
    if not waiting:
        return []
    zone = ZoneInfo(business.value(session, "timezone"))
    return [(one, zone) for one in waiting]


def _drawn(told: Notice, zone: ZoneInfo, _operator: Operator) -> Drawn:
    text = f"⚠️ {quoted(notice(told.code, told.params, zone))}"
    return Drawn(text, keyboards.look(told.campaign_id) if told.campaign_id else None)
