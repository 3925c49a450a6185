"""The chats of a bot: which exist, and whether it may write there."""

import re

from sandbox.telegram import errors
from sandbox.telegram.call import Call
from sandbox.telegram.world import Json, Person


def person_of(call: Call) -> Person:
    """The person of `chat_id`; raise 400 for one who never spoke with this bot."""
    given = call.text("chat_id").strip()
    if not given:
        raise errors.bad_request("chat_id is empty")
    person = call.telegram.world.person(int(given)) if re.fullmatch("[0-9]{1,18}", given) else None
    if person is None or call.telegram.world.is_blocked(call.bot.id, person.id) is None:
        raise errors.bad_request("chat not found")
    return person


def open_person(call: Call) -> Person:
    """The same, and the bot may write there: raise 403 for one who blocked it or is gone."""
    person = person_of(call)
    if person.deactivated:
        raise errors.deactivated()
    if call.telegram.world.is_blocked(call.bot.id, person.id) or call.telegram.limits.has_blocked(person.id):
        raise errors.blocked()
    return person


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
    chat = person_of(call).chat()
    return chat | {
        "accent_color_id": chat["id"] % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


def get_chat_member(call: Call) -> Json:
    """A `ChatMember` of the two who are in a private chat."""
    person = person_of(call)
    user_id = call.integer("user_id")
    if user_id == call.bot.id:
        kicked = call.telegram.world.is_blocked(call.bot.id, person.id)
        return member(call.bot.user(), kicked=bool(kicked))
    if user_id != person.id:
        raise errors.bad_request("PARTICIPANT_ID_INVALID")
    return member(person.user(), kicked=False)


def send_chat_action(call: Call) -> bool:
    open_person(call)
    if call.text("action") not in _ACTIONS:
        raise errors.bad_request("wrong parameter action in request")
    return True


def member(user: Json, *, kicked: bool) -> Json:
    return {"status": "kicked", "user": user, "until_date": 0} if kicked else {"status": "member", "user": user}


_ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
METHODS = {
    "getMe": get_me,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "sendChatAction": send_chat_action,
}
