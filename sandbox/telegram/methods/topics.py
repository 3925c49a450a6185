"""Methods of forum topics: a supergroup with topics has one for each subject."""

import time
from dataclasses import replace

from sandbox.telegram import errors, groups
from sandbox.telegram.call import Call
from sandbox.telegram.groups import COLOR, Group, Topic
from sandbox.telegram.methods.chats import open_chat
from sandbox.telegram.world import Json

LONGEST_NAME = 128


def create(call: Call) -> Json:
    group = _forum(call, "create a topic")
    made = Topic(call.telegram.world.next_message(call.bot.id), _name(call), closed=False)
    groups.keep_topic(call.telegram.world, group.id, made)
    call.telegram.world.put(
        call.bot.id,
        {
            "message_id": made.id,
            "message_thread_id": made.id,
            "from": call.bot.user(),
            "chat": group.chat(),
            "date": int(time.time()),
            "forum_topic_created": {"name": made.name, "icon_color": COLOR},
            "is_topic_message": True,
        },
    )
    return made.created()


def edit(call: Call) -> bool:
    group, known = _known(call)
    renamed = replace(known, name=_name(call)) if call.text("name") else known
    if renamed == known:
        raise errors.bad_request("TOPIC_NOT_MODIFIED")
    groups.keep_topic(call.telegram.world, group.id, renamed)
    return True


def close(call: Call) -> bool:
    return _set(call, closed=True)


def reopen(call: Call) -> bool:
    return _set(call, closed=False)


def delete(call: Call) -> bool:
    group, known = _known(call)
    groups.forget_topic(call.telegram.world, group.id, known.id)
    return True


def _set(call: Call, *, closed: bool) -> bool:
    group, known = _known(call)
    if known.closed == closed:
        raise errors.bad_request("TOPIC_NOT_MODIFIED")
    groups.keep_topic(call.telegram.world, group.id, replace(known, closed=closed))
    return True


def _known(call: Call) -> tuple[Group, Topic]:
    group = _forum(call, "manage a topic")
    known = groups.topic(call.telegram.world, group.id, call.integer("message_thread_id"))
    if known is None:
        raise errors.bad_request("message thread not found")
    return group, known


def _forum(call: Call, what: str) -> Group:
    chat = open_chat(call)
    if not isinstance(chat, Group) or not chat.forum:
        raise errors.bad_request("the chat is not a forum")
    if chat.bot != groups.ADMINISTRATOR:
        raise errors.bad_request(f"not enough rights to {what}")
    return chat


def _name(call: Call) -> str:
    name = call.text("name").strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise errors.bad_request("TOPIC_TITLE_EMPTY" if not name else "topic name is too long")
    return name


METHODS = {
    "createForumTopic": create,
    "editForumTopic": edit,
    "closeForumTopic": close,
    "reopenForumTopic": reopen,
    "deleteForumTopic": delete,
}
