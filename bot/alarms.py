"""Alarms: operators are told at once, in the chat, that running campaigns were stopped, and why."""

from datetime import UTC, datetime
from functools import partial

from aiogram import Bot

from bot import broadcast, limits
from bot.rounds import Rounds
from bot.running import Run
from core.queries.limits import untold
from core.services import pacing


async def watch(bot: Bot, run: Run) -> None:
    """Tell of each block once, for as long as the bot runs; one that nobody could be told of is tried again."""
    await Rounds("alarms", partial(_tell, bot, run)).keep()


async def _tell(bot: Bot, run: Run) -> bool:
    """Whether that is done: False while Telegram takes nothing from us."""
    blocks = await run(untold)
    if not blocks:
        return True
    sight = await run(limits.read, datetime.now(UTC))
    told = await broadcast.to_operators(bot, run, partial(limits.alarm, sight))
    if told:
        await run(pacing.mark_told, blocks, now=datetime.now(UTC))
    return told
