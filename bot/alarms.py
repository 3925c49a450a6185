"""Alarms: operators are told at once, in the chat, that running campaigns were stopped, and why."""

import asyncio
from datetime import UTC, datetime

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

from bot import limits
from bot.faults import report
from bot.limits import Sight
from bot.running import Run
from core.errors import Problem
from core.queries import operators
from core.queries.limits import untold
from core.services import pacing
from core.tables.operators import Operator
from texts import speaking

log = structlog.get_logger()
LOOK_SECONDS = 1.0
AFTER_FAULT_SECONDS = 5.0
PASSING = (TelegramNetworkError, TelegramServerError, TelegramRetryAfter)


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
    sight, linked = await run(limits.read, datetime.now(UTC)), await run(operators.linked)
    reached = [await _tell(bot, sight, operator) for operator in linked]
    return any(reached) or not reached


async def _tell(bot: Bot, sight: Sight, operator: Operator) -> bool:
    """Whether the operator was told, or never can be: who has closed the chat hears nothing."""
    assert operator.telegram_id is not None
    with speaking(operator.language):
        drawn = limits.alarm(sight, operator)
    try:
        await bot.send_message(operator.telegram_id, drawn.text, reply_markup=drawn.keyboard)
    except TelegramAPIError as fault:
        log.info("an operator was not told of a block", operator=operator.id, fault=type(fault).__name__)
        return not isinstance(fault, PASSING)
    return True
