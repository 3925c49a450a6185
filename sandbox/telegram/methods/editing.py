"""Methods that change or delete a message."""

import time

from sandbox.telegram import errors, keyboards
from sandbox.telegram.call import Call
from sandbox.telegram.methods.chats import chat_of, open_chat
from sandbox.telegram.methods.sending import caption_of, file_of, public, text_of
from sandbox.telegram.world import Json

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


def edit_text(call: Call) -> Json:
    message = _own(call)
    if "text" not in message:
        raise errors.bad_request("there is no text in the message to edit")
    return _change(call, message, ("text", "entities"), text_of(call))


def edit_caption(call: Call) -> Json:
    message = _own(call)
    if not {"photo", "document"} & set(message):
        raise errors.bad_request("there is no caption in the message to edit")
    return _change(call, message, ("caption", "caption_entities"), caption_of(call))


def edit_markup(call: Call) -> Json:
    return _change(call, _own(call), (), {})


def edit_media(call: Call) -> Json:
    message, media = _own(call), call.mapping("media") or {}
    kind = media.get("type")
    if kind not in ("photo", "document"):
        raise errors.bad_request("can't parse InputMedia: Unsupported media type specified")
    file = file_of(call, kind, wanted=str(media.get("media", "")))
    content = {"photo": file.photo()} if kind == "photo" else {"document": file.document()}
    described = Call(call.telegram, call.bot, media, call.uploads)
    gone = ("text", "entities", "photo", "document", "caption", "caption_entities")
    return _change(call, message, gone, content | caption_of(described))


def delete(call: Call) -> bool:
    chat = chat_of(call)
    number = call.integer("message_id")
    if call.telegram.world.message(call.bot.id, chat.id, number) is None:
        raise errors.bad_request("message to delete not found")
    call.telegram.world.forget(call.bot.id, chat.id, number)
    return True


def _own(call: Call) -> Json:
    """The message to edit; raise 400 if it is gone, or not the bot's."""
    chat = open_chat(call)
    message = call.telegram.world.message(call.bot.id, chat.id, call.integer("message_id"))
    if message is None:
        raise errors.bad_request("message to edit not found")
    if message["from"]["id"] != call.bot.id:
        raise errors.bad_request("message can't be edited")
    return message


def _change(call: Call, message: Json, gone: tuple[str, ...], content: Json) -> Json:
    """Put `content` in the place of what is `gone`; a keyboard that is not named again is gone as well."""
    keyboard = keyboards.inline(call)
    kept = {name: value for name, value in message.items() if name not in (*gone, "reply_markup")}
    changed = kept | content | ({"reply_markup": keyboard} if keyboard else {})
    if changed == message:
        raise errors.bad_request(_NOT_MODIFIED)
    call.telegram.limits.check(call.bot.id, message["chat"]["id"])
    changed["edit_date"] = int(time.time())
    call.telegram.world.put(call.bot.id, changed)
    return public(changed)


METHODS = {
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageReplyMarkup": edit_markup,
    "editMessageMedia": edit_media,
    "deleteMessage": delete,
}
