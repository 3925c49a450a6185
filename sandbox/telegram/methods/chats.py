"""The chats of a bot: which exist, and whether it may write there."""

import re

from sandbox.telegram import errors, groups
from sandbox.telegram.call import Call
from sandbox.telegram.groups import ADMINISTRATOR, KICKED, LEFT, MEMBER, Group
from sandbox.telegram.world import Json, Person

Chat = Person | Group


def chat_of(call: Call) -> Chat:
    """The person or group of `chat_id`; raise 400 for a person who never spoke with this bot."""
    given = call.text("chat_id").strip()
    if not given:
        raise errors.bad_request("chat_id is empty")
    if re.fullmatch("-[0-9]{1,18}", given):
        return _group(call, int(given))
    person = call.telegram.world.person(int(given)) if re.fullmatch("[0-9]{1,18}", given) else None
    if person is None or call.telegram.world.is_blocked(call.bot.id, person.id) is None:
        raise errors.bad_request("chat not found")
    return person


def open_chat(call: Call) -> Chat:
    """The same, and the bot may write there: raise 403 for one who blocked it, put it out or is gone."""
    chat = chat_of(call)
    if isinstance(chat, Group):
        if chat.moved_to is not None:
            raise errors.moved(chat.moved_to)
        return chat
    if chat.deactivated:
        raise errors.deactivated()
    if call.telegram.world.is_blocked(call.bot.id, chat.id) or call.telegram.limits.has_blocked(chat.id):
        raise errors.blocked()
    return chat


def _group(call: Call, group_id: int) -> Group:
    group = groups.find(call.telegram.world, group_id)
    if group is None:
        raise errors.bad_request("chat not found")
    if group.bot == KICKED:
        raise errors.kicked(group.kind)
    if group.bot == LEFT:
        raise errors.not_a_member(group.kind)
    return group


def get_me(call: Call) -> Json:
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return call.bot.user() | abilities


def get_chat(call: Call) -> Json:
    """A `ChatFullInfo`."""
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    chat = chat_of(call).chat()
    return chat | {
        "accent_color_id": abs(chat["id"]) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


def get_chat_member(call: Call) -> Json:
    """A `ChatMember` of the two who are in a private chat, or of anybody in a group."""
    chat, user_id = chat_of(call), call.integer("user_id")
    if user_id == call.bot.id:
        if isinstance(chat, Group):
            return member(call.bot.user(), chat.bot)
        blocked = call.telegram.world.is_blocked(call.bot.id, chat.id)
        return member(call.bot.user(), KICKED if blocked else MEMBER)
    person = call.telegram.world.person(user_id) if isinstance(chat, Group) or user_id == chat.id else None
    if person is None:
        raise errors.bad_request("PARTICIPANT_ID_INVALID")
    return member(person.user(), MEMBER)


def send_chat_action(call: Call) -> bool:
    open_chat(call)
    if call.text("action") not in _ACTIONS:
        raise errors.bad_request("wrong parameter action in request")
    return True


def set_reaction(call: Call) -> bool:
    """Shown nowhere: it is checked that the message is there."""
    chat, number = open_chat(call), call.integer("message_id")
    message = call.telegram.world.message(call.bot.id, chat.id, number)
    if message is None:
        raise errors.bad_request("message to react not found")
    call.telegram.world.put(call.bot.id, message | {"_reaction": call.listed("reaction") or []})
    return True


def member(user: Json, status: str) -> Json:
    """A `ChatMember` of that status."""
    if status == KICKED:
        return {"status": status, "user": user, "until_date": 0}
    if status == ADMINISTRATOR:
        rights = dict.fromkeys(_RIGHTS, True) | {"can_be_edited": False, "is_anonymous": False}
        return {"status": status, "user": user} | rights
    return {"status": status, "user": user}


_ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_promote_members",
    "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
    "can_manage_topics", "can_send_welcome_messages",
)  # fmt: skip
METHODS = {
    "getMe": get_me,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "sendChatAction": send_chat_action,
    "setMessageReaction": set_reaction,
}
