"""What people do in groups that a bot is in: write, also in a topic, close and delete topics, and put the bot out."""

import time
from dataclasses import replace

from sandbox.telegram import groups
from sandbox.telegram.call import Telegram
from sandbox.telegram.entities import found
from sandbox.telegram.groups import ADMINISTRATOR, Group, Topic
from sandbox.telegram.methods.chats import member
from sandbox.telegram.methods.sending import public
from sandbox.telegram.people import NotPossible
from sandbox.telegram.world import Bot, Json, Person


def say(
    telegram: Telegram, bot: Bot, group: Group, person: Person, text: str, *, topic_id: int = 0, reply_to: int = 0
) -> Json:
    """Write in a group. A bot that is no administrator there hears commands and answers to itself alone."""
    message = _message(telegram, bot, group, person, topic_id)
    answered = telegram.world.message(bot.id, group.id, reply_to) if reply_to else None
    if answered is not None:
        answered.pop("reply_to_message", None)
        message["reply_to_message"] = public(answered)
    entities = found(text)
    message |= {"text": text} | ({"entities": entities} if entities else {})
    to_bot = text.startswith("/") or (answered is not None and answered["from"]["id"] == bot.id)
    _happened(telegram, bot, message, heard=group.bot == ADMINISTRATOR or to_bot)
    return message


def change_topic(telegram: Telegram, bot: Bot, group: Group, person: Person, *, topic: Topic, do: str) -> None:
    """`close`, `reopen` or `delete` it; of a deleted topic a bot is not told."""
    if do == "delete":
        groups.forget_topic(telegram.world, group.id, topic.id)
        return
    closed = do == "close"
    if topic.closed == closed:
        raise NotPossible("not_modified")
    groups.keep_topic(telegram.world, group.id, replace(topic, closed=closed))
    message = _message(telegram, bot, group, person, topic.id)
    message["forum_topic_closed" if closed else "forum_topic_reopened"] = {}
    _happened(telegram, bot, message, heard=True)


def migrate(telegram: Telegram, bot: Bot, group: Group, person: Person, new_id: int) -> Group:
    """A small group becomes a supergroup with a new number; both sides of the move are told."""
    before, after = _message(telegram, bot, group, person, 0), {"migrate_to_chat_id": new_id}
    _happened(telegram, bot, before | after, heard=True)
    moved = groups.migrate(telegram.world, group, new_id)
    arrived = _message(telegram, bot, moved, person, 0) | {"migrate_from_chat_id": group.id}
    _happened(telegram, bot, arrived, heard=True)
    return moved


def set_bot(telegram: Telegram, bot: Bot, group: Group, person: Person, standing: str) -> None:
    """Add the bot, raise it to an administrator, or put it out; it is told by `my_chat_member`."""
    change = {
        "chat": group.chat(),
        "from": person.user(),
        "date": int(time.time()),
        "old_chat_member": member(bot.user(), group.bot),
        "new_chat_member": member(bot.user(), standing),
    }
    groups.keep(telegram.world, replace(group, bot=standing))
    telegram.updates.add(bot.id, "my_chat_member", change)


def _message(telegram: Telegram, bot: Bot, group: Group, person: Person, topic_id: int) -> Json:
    message: Json = {
        "message_id": telegram.world.next_message(bot.id),
        "from": person.user(),
        "chat": group.chat(),
        "date": int(time.time()),
    }
    return message | ({"message_thread_id": topic_id, "is_topic_message": True} if topic_id else {})


def _happened(telegram: Telegram, bot: Bot, message: Json, *, heard: bool) -> None:
    telegram.world.put(bot.id, message)
    if heard:
        telegram.updates.add(bot.id, "message", message)
