"""From a worded message to a call of the Bot API: text or caption, a picture or a file, and buttons below."""

from collections.abc import Mapping, Sequence
from typing import Any

from channels.messenger.telegram.cutting import LONGEST_CAPTION, LONGEST_TEXT, cut
from channels.wording import Worded
from core.rules.short_messages import BUTTONS, DOCUMENT, PICTURE

PRESSED = "b"
"""The prefix of what a reply button carries; its words stand on the button itself."""
CONSENT, ACCEPT, DECLINE = "consent", "yes", "no"
"""A button with this place answers a request for consent."""
ASKED = "ask"
"""The prefix of what such a button carries: the request, and the answer."""

Call = tuple[str, dict[str, Any]]


def call(worded: Worded, chat: str, delivery_id: int, *, html: bool = True) -> Call:
    """The method and its parameters; a text beside a picture or a file is its caption."""
    extras = worded.extras
    parameters: dict[str, Any] = {"chat_id": chat}
    if html:
        parameters["parse_mode"] = "HTML"
    if buttons := _keyboard(extras.get(BUTTONS) or (), delivery_id):
        parameters["reply_markup"] = {"inline_keyboard": buttons}
    for place, method, named in ((PICTURE, "sendPhoto", "photo"), (DOCUMENT, "sendDocument", "document")):
        if file := extras.get(place):
            return method, {**parameters, named: file, "caption": cut(worded.text, LONGEST_CAPTION, html=html)}
    text = cut(worded.text, LONGEST_TEXT, html=html)
    return "sendMessage", {**parameters, "text": text, "link_preview_options": {"is_disabled": True}}


def _keyboard(buttons: Sequence[Mapping[str, Any]], delivery_id: int) -> list[list[dict[str, str]]]:
    """One below the other, as they are easiest to hit with a thumb."""
    return [[_button(place, button, delivery_id)] for place, button in enumerate(buttons)]


def _button(place: int, button: Mapping[str, Any], delivery_id: int) -> dict[str, str]:
    text = str(button["text"])
    if answer := button.get(CONSENT):
        return {"text": text, "callback_data": f"{ASKED}:{delivery_id}:{answer}"}
    if button.get("url"):
        return {"text": text, "url": str(button["url"])}
    return {"text": text, "callback_data": f"{PRESSED}:{place}"}
