"""What people do in their Telegram: write, press buttons, block the bot; and what they see."""

import secrets
import time
from dataclasses import dataclass

from sandbox.telegram.call import Telegram
from sandbox.telegram.entities import found
from sandbox.telegram.groups import KICKED, MEMBER
from sandbox.telegram.methods.chats import member
from sandbox.telegram.methods.sending import public
from sandbox.telegram.world import Bot, Json, Person


class NotPossible(Exception):  # noqa: N818 - names the thing
    """A person cannot do that; `why` is a short code."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Beside:
    """What a person sends beside text: a telephone number, whose it is, and the message that they reply to."""

    contact: str = ""
    contact_user: int = 0
    reply_to: int = 0


PLAIN = Beside()


def say(telegram: Telegram, bot: Bot, person: Person, text: str, beside: Beside = PLAIN) -> Json:
    """Write to the bot; whoever had blocked it unblocks it by that, as Telegram's “Restart” does."""
    if telegram.world.is_blocked(bot.id, person.id):
        set_blocked(telegram, bot, person, blocked=False)
    telegram.world.open_chat(bot.id, person.id)
    message: Json = {
        "message_id": telegram.world.next_message(bot.id),
        "from": person.user(),
        "chat": person.chat(),
        "date": int(time.time()),
    }
    answered = telegram.world.message(bot.id, person.id, beside.reply_to) if beside.reply_to else None
    if answered is not None:
        answered.pop("reply_to_message", None)
        message["reply_to_message"] = public(answered)
    if beside.contact:
        whose = beside.contact_user or person.id
        message["contact"] = {"phone_number": beside.contact, "first_name": person.first_name, "user_id": whose}
    else:
        entities = found(text)
        message |= {"text": text} | ({"entities": entities} if entities else {})
    telegram.world.put(bot.id, message)
    telegram.updates.add(bot.id, "message", message)
    return message


def press(telegram: Telegram, bot: Bot, person: Person, message_id: int, data: str, *, chat_id: int = 0) -> str:
    """Press an inline button that is really there; return the id by which the bot's answer is found.

    `chat_id` is a group's; without one it is the person's own conversation with the bot.
    """
    place = chat_id or person.id
    message = telegram.world.message(bot.id, place, message_id)
    if message is None:
        raise NotPossible("no_message")
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    if not any(button.get("callback_data") == data for row in rows for button in row):
        raise NotPossible("no_button")
    number = str(secrets.randbits(62))
    telegram.world.database.execute(
        "INSERT INTO presses (id, bot_id, chat_id, message_id, at) VALUES (?,?,?,?,?)",
        [number, bot.id, place, message_id, time.time()],
    )
    query = {"id": number, "from": person.user(), "message": public(message), "data": data}
    telegram.updates.add(bot.id, "callback_query", query | {"chat_instance": str(bot.id * 31 + place)})
    return number


def ask_inline(telegram: Telegram, bot: Bot, person: Person, text: str) -> str:
    """Type `@bot words` in some chat; return the id of the query."""
    number = str(secrets.randbits(62))
    values = [number, bot.id, time.time()]
    telegram.world.database.execute("INSERT INTO inline_queries (id, bot_id, at) VALUES (?,?,?)", values)
    query = {"id": number, "from": person.user(), "query": text, "offset": "", "chat_type": "sender"}
    telegram.updates.add(bot.id, "inline_query", query)
    return number


def set_blocked(telegram: Telegram, bot: Bot, person: Person, *, blocked: bool) -> None:
    """Block the bot, or unblock it; the bot is told by `my_chat_member`."""
    was = telegram.world.is_blocked(bot.id, person.id)
    if was is None:
        raise NotPossible("no_chat")
    if was == blocked:
        return
    telegram.world.block(bot.id, person.id, blocked=blocked)
    change = {
        "chat": person.chat(),
        "from": person.user(),
        "date": int(time.time()),
        "old_chat_member": member(bot.user(), KICKED if was else MEMBER),
        "new_chat_member": member(bot.user(), KICKED if blocked else MEMBER),
    }
    telegram.updates.add(bot.id, "my_chat_member", change)
    telegram.world.changed()


def answer_to(telegram: Telegram, press_id: str) -> Json | None:
    """What the bot answered to a press; None as long as the button still turns."""
    row = telegram.world.database.execute(
        "SELECT answered, words, alert FROM presses WHERE id = ?", [press_id]
    ).fetchone()
    return {"text": row[1], "alert": bool(row[2])} if row and row[0] else None
