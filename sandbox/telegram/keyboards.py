"""Keyboards below messages: read, checked, and refused as Telegram refuses them."""

import re
from typing import Any

from sandbox.telegram.call import Call
from sandbox.telegram.errors import bad_request
from sandbox.telegram.world import Json

_DEEDS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "copy_text", "callback_game", "pay",
)  # fmt: skip


def inline(call: Call) -> Json | None:
    """The call's inline keyboard as an `InlineKeyboardMarkup`; None for none, an empty or another kind."""
    markup = call.mapping("reply_markup")
    if markup is None or "inline_keyboard" not in markup:
        return None
    rows = [[_button(button) for button in row] for row in _rows(markup["inline_keyboard"]) if row]
    return {"inline_keyboard": rows} if rows else None


def other(call: Call) -> Json | None:
    """A reply keyboard, its removal or a forced reply: shown to the person, never part of a `Message`."""
    markup = call.mapping("reply_markup")
    if markup is None or "inline_keyboard" in markup:
        return None
    if "keyboard" in markup:
        rows = [[_reply_button(button) for button in row] for row in _rows(markup["keyboard"])]
        return markup | {"keyboard": rows}
    return markup


def _rows(given: Any) -> list[list[Any]]:
    if not isinstance(given, list) or not all(isinstance(row, list) for row in given):
        raise bad_request("can't parse keyboard: Array of Arrays expected")
    return given


def _reply_button(button: Any) -> Json:
    """Reply keyboards may name a button by its words alone."""
    button = {"text": button} if isinstance(button, str) else button
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request('can\'t parse keyboard button: Field "text" must be of type String')
    return button


def _button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: Object expected")
    deed = next((name for name in _DEEDS if button.get(name) is not None), None)
    if not button.get("text") or deed is None:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    given = button[deed]
    if deed == "callback_data" and not (isinstance(given, str) and 1 <= len(given.encode()) <= 64):
        raise bad_request("BUTTON_DATA_INVALID")
    if deed == "url" and not re.match("(https?|tg)://", str(given)):
        raise bad_request(f"inline keyboard button URL '{given}' is invalid: Unsupported URL protocol")
    return {"text": str(button["text"]), deed: given} | ({"style": button["style"]} if button.get("style") else {})
