"""The beginning: linking a chat by its one-time code, who we are, and letting go of a chat."""

from datetime import UTC, datetime

import structlog
from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import Message

from bot import introduction, words
from bot.access import by, for_everybody, needs
from bot.running import Run
from core.services import operators
from core.tables.operators import Operator
from core.vocabulary import Role
from texts import _, known, speaking

log = structlog.get_logger()
PRIVATE = F.chat.type == "private"


def make() -> Router:
    router = Router(name="start")
    router.message.register(linked_by_code, CommandStart(deep_link=True), PRIVATE)
    router.message.register(greeted, CommandStart(), PRIVATE)
    router.message.register(greeted, Command("help"), PRIVATE)
    router.message.register(let_go, Command("unlink"), PRIVATE)
    return router


@for_everybody
async def linked_by_code(message: Message, command: CommandObject, run: Run, bot: Bot) -> None:
    assert message.from_user is not None
    person = message.from_user
    operator = await run(
        operators.link,
        (command.args or "").strip(),
        person.id,
        datetime.now(UTC),
        language=known(person.language_code),
    )
    log.info("a chat was linked", operator=operator.id)
    with speaking(operator.language):
        await message.answer(words.linked(operator))
        await introduction.show_commands(bot, operator)


@for_everybody
async def greeted(message: Message, operator: Operator | None) -> None:
    await message.answer(words.welcome(operator) if operator else words.stranger())


@needs(Role.VIEWER)
async def let_go(message: Message, operator: Operator, run: Run, bot: Bot) -> None:
    await run(operators.unlink, operator.id, by(message.from_user))
    await message.answer(_("This chat is no longer linked. A new code from the panel links it again."))
    await introduction.hide_commands(bot, message.chat.id)
