"""Keyboards below messages: read, checked, and refused as Telegram refuses them."""

from sandbox.telegram.call import Call
from sandbox.telegram.errors import bad_request
from sandbox.telegram.world import Json

_DEEDS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "copy_text", "callback_game", "pay",
)  # fmt: skip


def inline(call: Call) -> Json | None:
    """The call's inline keyboard as an `InlineKeyboardMarkup`; None for none, an empty or another kind."""
    markup = _markup(call)
    if markup is None or "inline_keyboard" not in markup:
        return None
    rows = [[_button(button) for button in row] for row in markup["inline_keyboard"]]
    rows = [row for row in rows if row]
    return {"inline_keyboard": rows} if rows else None


def other(call: Call) -> Json | None:
    """A reply keyboard, its removal or a forced reply: shown to the person, never part of a `Message`."""
    markup = _markup(call)
    return markup if markup and "inline_keyboard" not in markup else None


def _markup(call: Call) -> Json | None:
    markup = call.given("reply_markup")
    if markup is None or markup == "":
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    return markup


def _button(button: Json) -> Json:
    deed = next((name for name in _DEEDS if button.get(name) is not None), None)
    if not button.get("text") or deed is None:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if deed == "callback_data" and not 1 <= len(str(button[deed]).encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if deed == "url" and "://" not in str(button[deed]):
        raise bad_request(f"inline keyboard button URL '{button[deed]}' is invalid: Wrong HTTP URL")
    return {"text": str(button["text"]), deed: button[deed]} | (
        {"style": button["style"]} if button.get("style") else {}
    )
