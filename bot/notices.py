"""Notices: operators who may launch hear of what happened while nobody looked, such as a launch that was refused."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from aiogram import Bot
from sqlalchemy.orm import Session

from bot import broadcast, keyboards
from bot.faults import report
from bot.running import Run
from bot.screen import Drawn
from bot.words import quoted
from core.errors import Problem
from core.queries import notices as queries
from core.queries import settings as business
from core.services import notices
from core.tables.notices import Notice
from core.tables.operators import Operator
from core.vocabulary import Role
from texts.notices import notice

log = structlog.get_logger()
LOOK_SECONDS = 1.0
AFTER_FAULT_SECONDS = 5.0


async def watch(bot: Bot, run: Run) -> None:
    """Say each once, for as long as the bot runs; what nobody could be told is tried again."""
    while True:
        pause = LOOK_SECONDS
        try:
            for one, zone in await run(_untold):
                if not await broadcast.to_operators(bot, run, partial(_drawn, one, zone), least=Role.LAUNCHER):
                    pause = AFTER_FAULT_SECONDS
                    break
                await run(notices.mark_told, one.id, datetime.now(UTC))
        except Problem as problem:
            log.warning("notices wait", code=problem.code)
            pause = AFTER_FAULT_SECONDS
        except Exception as fault:  # noqa: BLE001 - the outermost loop: it must not end with one bad message
            report("operators could not be told", fault)
            pause = AFTER_FAULT_SECONDS
        await asyncio.sleep(pause)


def _untold(session: Session) -> list[tuple[Notice, ZoneInfo]]:
    waiting = queries.untold(session)
    if not waiting:
        return []
    zone = ZoneInfo(business.value(session, "timezone"))
    return [(one, zone) for one in waiting]


def _drawn(told: Notice, zone: ZoneInfo, _operator: Operator) -> Drawn:
    text = f"⚠️ {quoted(notice(told.code, told.params, zone))}"
    return Drawn(text, keyboards.look(told.campaign_id) if told.campaign_id else None)
