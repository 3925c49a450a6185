"""What customers see: a welcome, the choice whether they want news, and what became of their wish."""

from datetime import UTC, datetime
from typing import Literal

from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    User,
)

from bot.presses import WishPressed
from bot.screen import Drawn
from bot.words import name, quoted
from core.services.consent import Asked, Standing
from core.services.hearing import Person, Words
from core.tables.operators import Operator
from texts import _, known, speaking

CHANNEL = "telegram"
VERSION = "1"
"""Of the words to which a customer consents."""


def is_customer(_message: Message, operator: Operator | None) -> bool:
    return operator is None


def person(user: User | None) -> Person:
    """By Telegram's own number, which stays when somebody changes name or telephone."""
    assert user is not None
    return Person(CHANNEL, str(user.id), user.first_name, user.last_name, known(user.language_code))


def words(message: Message, kind: str, *, for_operators: bool = True) -> Words:
    """A telephone number is kept as it was given: operators may need it."""
    text = message.contact.phone_number if message.contact else message.text or message.caption
    at = min(message.date.astimezone(UTC), datetime.now(UTC))
    return Words(kind, text, f"message:{message.chat.id}:{message.message_id}", at, for_operators)


def pressed_words(query: CallbackQuery) -> str:
    """What stands on the button, as Telegram shows it to us again."""
    keyboard = query.message.reply_markup if isinstance(query.message, Message) else None
    rows = keyboard.inline_keyboard if keyboard else []
    found = [button.text for row in rows for button in row if button.callback_data == query.data]
    return found[0] if found else ""


def welcome(user: User | None) -> str:
    hello = _("Hello %(name)s!", name=quoted(name(user.first_name if user else "")))
    offer = _("You can write to us here, and a person will answer.")
    return f"{hello} {offer}\n\n{asked()}\n\n{operators_hint()}"


def asked() -> str:
    """The words to which the button consents."""
    return _(
        "Would you like to get news and offers from us in this chat? "
        "You can change your mind at any time: press the button, or write /stop."
    )


def operators_hint() -> str:
    return _("(If you run campaigns here: send /start with the one-time code that the panel shows under Operators.)")


def help_text() -> str:
    return _("Write what you would like to know, and a person will answer. /stop ends our news, /start begins anew.")


def opted_in() -> str:
    return _("Thank you! You get our news here from now on. /stop ends that at any time.")


def opted_out() -> str:
    return _("You get no more news from us here. You can still write to us whenever you like.")


def consent_answered(asked: Asked) -> Drawn:
    """In the place of the question: what was answered, word for word, and the way back."""
    with speaking(asked.language):
        wording = f"<blockquote>{quoted(asked.wording)}</blockquote>"
        match asked.standing:
            case Standing.ACCEPTED:
                return Drawn(_("Thank you! This is what you have agreed to:") + f"\n{wording}", no_more())
            case Standing.DECLINED:
                return Drawn(_("You get no news and offers here, and you are not asked again."), come_back())
        return Drawn(_("This question has ended: it was not answered in time. You need not do anything."))


def choice() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[[_wish(_("Yes, please"), "in"), _wish(_("No, thank you"), "out")]],
    )


def no_more() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[_wish(_("No more news"), "out")]])


def come_back() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[_wish(_("Get news again"), "in")]])


def ask_for_number() -> ReplyKeyboardMarkup:
    """The button sends the customer's own number, and Telegram asks them first."""
    button = KeyboardButton(text=_("Send my telephone number"), request_contact=True)
    return ReplyKeyboardMarkup(keyboard=[[button]], resize_keyboard=True, one_time_keyboard=True)


def _wish(text: str, wish: Literal["in", "out"]) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=WishPressed(wish=wish).pack())
