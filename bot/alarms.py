"""Alarms: operators are told at once, in the chat, that running campaigns were stopped, and why."""

import asyncio
from datetime import UTC, datetime
from functools import partial

import structlog
from aiogram import Bot

from bot import broadcast, limits
from bot.faults import report
from bot.running import Run
from core.errors import Problem
from core.queries.limits import untold
from core.services import pacing

log = structlog.get_logger()
LOOK_SECONDS = 1.0
AFTER_FAULT_SECONDS = 5.0


async def watch(bot: Bot, run: Run) -> None:
    """Tell of each block once, for as long as the bot runs; one that nobody could be told of is tried again."""
    while True:
        pause = LOOK_SECONDS
        try:
            if (blocks := await run(untold)) and not await _told(bot, run):
                pause = AFTER_FAULT_SECONDS
            elif blocks:
                await run(pacing.mark_told, blocks, now=datetime.now(UTC))
        except Problem as problem:
            log.warning("alarms wait", code=problem.code)
            pause = AFTER_FAULT_SECONDS
        except Exception as fault:  # noqa: BLE001 - the outermost loop: it must not end with one bad message
            report("operators could not be told of a block", fault)
            pause = AFTER_FAULT_SECONDS
        await asyncio.sleep(pause)


async def _told(bot: Bot, run: Run) -> bool:
    """Whether that is done: False while Telegram takes nothing from us."""
    sight = await run(limits.read, datetime.now(UTC))
    return await broadcast.to_operators(bot, run, partial(limits.alarm, sight))
