"""The operators' group: chosen by /desk, answered in by topics, followed when it moves, and let go when it is left."""

from aiogram import Bot, F, Router
from aiogram.enums import ChatMemberStatus
from aiogram.filters import Command, CommandObject
from aiogram.types import ChatMemberAdministrator, ChatMemberUpdated, Message

from bot.access import by, for_everybody, needs
from bot.courier import Courier
from bot.routers.desk import OURS, hand_over
from bot.running import Run
from core.queries import desk as queries
from core.queries.desk import Desk
from core.services import desk as service
from core.tables.operators import Operator
from core.vocabulary import Role
from texts import _, language

GROUP = F.chat.type.in_({"group", "supergroup"})
GONE = (ChatMemberStatus.KICKED, ChatMemberStatus.LEFT)


def make() -> Router:
    """Before the desk: in a topic every message replies to the topic's first."""
    router = Router(name="group")
    router.message.register(chosen, GROUP, Command("desk"))
    router.message.register(moved, GROUP, F.migrate_to_chat_id)
    router.message.register(closed, GROUP, F.forum_topic_closed, _topic)
    router.message.register(answered, GROUP, *OURS, _topic)
    router.message.register(not_words, GROUP, ~F.text, ~F.forum_topic_reopened, ~F.forum_topic_edited, _topic)
    router.my_chat_member.register(left, GROUP, F.new_chat_member.status.in_(GONE))
    return router


async def _topic(message: Message, run: Run) -> dict[str, int] | bool:
    """Whose topic a message stands in."""
    if message.message_thread_id is None:
        return False
    found = await run(queries.customer, message.chat.id, message.message_thread_id)
    return {"identity_id": found} if found is not None else False


@needs(Role.ADMINISTRATOR)
async def chosen(message: Message, command: CommandObject, run: Run, bot: Bot) -> None:
    """`/desk` makes this group the desk, `/desk off` ends it."""
    who = by(message.from_user)
    if (command.args or "").strip().casefold() == "off":
        await run(service.leave, message.chat.id, by=who)
        await message.answer(_("Customers are not answered here any more. Each operator hears of them alone."))
        return
    await run(service.choose, Desk(message.chat.id, message.chat.title or "", language()), by=who)
    await message.answer(_heading() + "\n\n" + await _how(message, bot))


@for_everybody
async def moved(message: Message, run: Run) -> None:
    await run(service.moved, message.chat.id, message.migrate_to_chat_id or message.chat.id)


@for_everybody
async def closed(_message: Message, identity_id: int, operator: Operator | None, run: Run) -> None:
    """To close the topic of a customer is to say that nothing waits there."""
    if operator is not None:
        await run(service.closed, identity_id)


@for_everybody
async def answered(message: Message, identity_id: int, operator: Operator | None, run: Run, courier: Courier) -> None:
    await hand_over(message, identity_id, operator, run, courier, in_topic=True)


@for_everybody
async def not_words(message: Message) -> None:
    await message.reply(_("Only words reach the customer from here. Nothing was sent."))


@for_everybody
async def left(event: ChatMemberUpdated, run: Run) -> None:
    await run(service.leave, event.chat.id, by="telegram")


def _heading() -> str:
    return _("Customers are answered in this group from now on. Only what linked operators write reaches them.")


async def _how(message: Message, bot: Bot) -> str:
    me = await bot.get_chat_member(message.chat.id, bot.id)
    if message.chat.is_forum and isinstance(me, ChatMemberAdministrator) and me.can_manage_topics:
        return _("Each customer has a topic of their own: what you write in it reaches them.")
    return _(
        "Reply to a customer's message to answer it. For a topic for each customer, switch topics on for this group, "
        "make me an administrator who may manage topics, and send /desk again."
    )
