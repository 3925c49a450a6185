"""Methods that put a new message into a chat."""

import time

from sandbox.telegram import entities, errors, files, formatting, groups, keyboards
from sandbox.telegram.call import Call, whole
from sandbox.telegram.fetching import fetched
from sandbox.telegram.groups import Group
from sandbox.telegram.methods.chats import Chat, chat_of, open_chat
from sandbox.telegram.world import Json

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
COPIED = ("text", "entities", "photo", "document", "caption", "caption_entities", "contact")


def send_message(call: Call) -> Json:
    return _send(call, text_of(call))


async def send_photo(call: Call) -> Json:
    return _send(call, {"photo": (await _attached(call, "photo")).photo()} | caption_of(call))


async def send_document(call: Call) -> Json:
    return _send(call, {"document": (await _attached(call, "document")).document()} | caption_of(call))


async def _attached(call: Call, name: str) -> files.Kept:
    """Fetched where it is named by its address."""
    given = call.text(name)
    if name not in call.uploads and given.startswith(("http://", "https://")):
        return await fetched(call, given, picture=name == "photo")
    return file_of(call, name)


def text_of(call: Call) -> Json:
    """`text` and its entities; raise 400 for none, or for too much."""
    text, marked = formatting.read(call.text("text"), call.text("parse_mode"))
    if not text.strip():
        raise errors.bad_request("message text is empty")
    if entities.units(text) > LONGEST_TEXT:
        raise errors.bad_request("message is too long")
    return _with_entities(call, "text", "entities", text, marked)


def caption_of(call: Call) -> Json:
    """`caption` and its entities, both missing where there is none."""
    text, marked = formatting.read(call.text("caption"), call.text("parse_mode"))
    if entities.units(text) > LONGEST_CAPTION:
        raise errors.bad_request("message caption is too long")
    return _with_entities(call, "caption", "caption_entities", text, marked) if text else {}


def _with_entities(call: Call, words: str, name: str, text: str, marked: list[Json]) -> Json:
    """The text with the entities that the call gives instead of markup, and those that are found in it."""
    given = call.listed(name)
    whole = entities.found(text, entities.checked(given, text) if given else marked)
    return {words: text} | ({name: whole} if whole else {})


def file_of(call: Call, name: str, wanted: str | None = None) -> files.Kept:
    """The file that a parameter names: an upload, `attach://…`, or the id of one sent before."""
    given = wanted if wanted is not None else call.text(name)
    upload = call.uploads.get(given.removeprefix("attach://") if given.startswith("attach://") else name)
    if upload is not None:
        return files.keep(call.telegram.world, call.bot.id, upload, picture=name == "photo")
    if not given:
        raise errors.bad_request(f"there is no {name} in the request")
    found = files.find(call.telegram.world, call.bot.id, given)
    if found is None:
        raise errors.bad_request("wrong file identifier/HTTP URL specified")
    return found


def _send(call: Call, content: Json) -> Json:
    chat = open_chat(call)
    thread = _thread(call, chat)
    keyboard, other = keyboards.inline(call), keyboards.other(call)
    call.telegram.limits.check(call.bot.id, chat.id)
    world = call.telegram.world
    message: Json = {
        "message_id": world.next_message(call.bot.id),
        "from": call.bot.user(),
        "chat": chat.chat(),
        "date": int(time.time()),
        **thread,
        **_answered(call, chat.id),
        **content,
        **({"reply_markup": keyboard} if keyboard else {}),
    }
    world.put(call.bot.id, message | ({"_keyboard": other} if other else {}))
    return message


def _thread(call: Call, chat: Chat) -> Json:
    """Where in a forum it stands; without a topic in its general one."""
    number = call.integer("message_thread_id")
    if not number:
        return {}
    topic = groups.topic(call.telegram.world, chat.id, number) if isinstance(chat, Group) else None
    if topic is None:
        raise errors.bad_request("message thread not found")
    if topic.closed:
        raise errors.bad_request("TOPIC_CLOSED")
    return {"message_thread_id": number, "is_topic_message": True}


def _answered(call: Call, chat_id: int) -> Json:
    """`reply_to_message`, where the call answers one."""
    reply = call.mapping("reply_parameters") or {}
    number = call.integer("reply_to_message_id", whole(reply.get("message_id", 0), "message_id"))
    if not number:
        return {}
    found = call.telegram.world.message(call.bot.id, chat_id, number)
    if found is None:
        if reply.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply"):
            return {}
        raise errors.bad_request("message to be replied not found")
    found.pop("reply_to_message", None)
    return {"reply_to_message": public(found)}


def public(message: Json) -> Json:
    """The message without what only this sandbox's page knows of it."""
    return {name: value for name, value in message.items() if not name.startswith("_")}


def copy_message(call: Call) -> Json:
    """A `MessageId`: what stands in another chat, without a word of where it comes from."""
    whence = Call(call.telegram, call.bot, {"chat_id": call.parameters.get("from_chat_id")})
    found = call.telegram.world.message(call.bot.id, chat_of(whence).id, call.integer("message_id"))
    if found is None:
        raise errors.bad_request("message to copy not found")
    content = {name: found[name] for name in COPIED if name in found}
    if not content:
        raise errors.bad_request("message can't be copied")
    return {"message_id": _send(call, content)["message_id"]}


METHODS = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "copyMessage": copy_message,
}
