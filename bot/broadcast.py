"""Saying something to operators in their chats without having been asked."""

from collections.abc import Callable

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError

from bot.rounds import PASSING
from bot.running import Run
from bot.screen import Drawn
from core.queries import operators
from core.rules.roles import includes
from core.tables.operators import Operator
from core.vocabulary import Role
from texts import speaking

log = structlog.get_logger()


async def to_operators(bot: Bot, run: Run, draw: Callable[[Operator], Drawn], *, least: Role = Role.VIEWER) -> bool:
    """Each in their own language; whether that is done: False while Telegram takes nothing from us."""
    linked = [operator for operator in await run(operators.linked) if includes(operator.role, least)]
    reached = [await _tell(bot, draw, operator) for operator in linked]
    return any(reached) or not reached


async def _tell(bot: Bot, draw: Callable[[Operator], Drawn], operator: Operator) -> bool:
    """Whether the operator was told, or never can be: who has closed the chat hears nothing."""
    assert operator.telegram_id is not None
    with speaking(operator.language):
        drawn = draw(operator)
    try:
        await bot.send_message(operator.telegram_id, drawn.text, reply_markup=drawn.keyboard)
    except TelegramAPIError as fault:
        log.info("an operator was not told", operator=operator.id, fault=type(fault).__name__)
        return not isinstance(fault, PASSING)
    return True
