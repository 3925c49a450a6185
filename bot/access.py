"""Who gets in: each update once, with the operator behind it; and no handler without a mark that says for whom it is.

An unmarked handler is for administrators alone. The person who presses a button is looked up at each press.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware, Bot, flags
from aiogram.dispatcher.event.handler import HandlerObject
from aiogram.dispatcher.flags import FlagDecorator
from aiogram.types import CallbackQuery, Message, TelegramObject, Update, User
from sqlalchemy.orm import Session

from bot import measures, words
from bot.running import Run
from bot.telling import telling
from core.queries import operators
from core.rules.roles import includes
from core.services import updates
from core.tables.operators import Operator
from core.vocabulary import Role
from texts import speaking

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


def needs(role: Role) -> FlagDecorator:
    """Mark a handler with the least role that may use it."""
    return flags.needs(role)


for_everybody = flags.everybody
"""Marks a handler that answers strangers, too."""


def by(person: User | None) -> str:
    """The actor, as the audit writes it."""
    assert person is not None
    return f"telegram:{person.id}"


class Arrival(BaseMiddleware):
    """Lets an update in the first time that it comes, in its sender's language, whatever becomes of it."""

    def __init__(self, run: Run) -> None:
        self._run = run

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        person: User | None = data.get("event_from_user")
        bot: Bot = data["bot"]
        if not isinstance(event, Update) or person is None or person.is_bot:
            return
        with speaking(person.language_code):
            async with telling(bot, event):
                is_new, operator = await self._run(_arrive, event.update_id, person.id)
                data["operator"], data["event_update_id"] = operator, event.update_id
                with speaking(operator.language if operator else person.language_code):
                    async with telling(bot, event):
                        if is_new:
                            await _handled(handler, event, data)


class Doorkeeper(BaseMiddleware):
    """Checks each handler's mark against the person who wrote or pressed."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        marked: HandlerObject = data["handler"]
        operator: Operator | None = data["operator"]
        least = marked.flags.get("needs", Role.ADMINISTRATOR)
        if marked.flags.get("everybody") or (operator is not None and includes(operator.role, least)):
            return await handler(event, data)
        if isinstance(event, CallbackQuery):
            await event.answer(words.not_for_you(operator), show_alert=True)
        elif isinstance(event, Message) and (operator is not None or event.chat.type == "private"):
            await event.answer(words.quoted(words.not_for_you(operator)) if operator else words.stranger())
        return None


async def _handled(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> None:
    try:
        await handler(event, data)
    except BaseException:
        measures.updates.labels("failed").inc()
        raise
    measures.updates.labels("handled").inc()


def _arrive(session: Session, update_id: int, telegram_id: int) -> tuple[bool, Operator | None]:
    return updates.remember(session, update_id), operators.acting(session, telegram_id)
