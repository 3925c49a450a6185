"""A person's side of the conversation with a bot, as the page shows it."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from sandbox.page.markup import marked
from sandbox.telegram import groups
from sandbox.telegram.call import Telegram
from sandbox.telegram.world import Bot, Json, Person
from texts import _

SHOWN = 150
PEOPLE_SHOWN = 100

Lead = Callable[[str], str]
"""Where a link of a message leads from here."""


def chosen(telegram: Telegram, query: Mapping[str, str]) -> dict[str, Any]:
    """The bots and people to choose from, those that are chosen, and what each person saw last."""
    world, words = telegram.world, query.get("who", "").strip()
    bots, everybody = world.bots(), world.people(words, PEOPLE_SHOWN + 1)
    bot = next((bot for bot in bots if str(bot.id) == query.get("bot")), bots[0] if bots else None)
    wanted = query.get("person", "")
    person = world.person(int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) <= 18 else None
    last = world.last_messages(bot.id, [one.id for one in everybody]) if bot else {}
    return {
        "bots": bots,
        "bot": bot,
        "everybody": everybody[:PEOPLE_SHOWN],
        "others": len(everybody) > PEOPLE_SHOWN,
        "who": words,
        "person": person or next(iter(world.people(limit=1))),
        "last": {number: (_line(message), message["date"]) for number, message in last.items()},
        "groups": [one for one in groups.every(world) if one.moved_to is None],
        "standings": _standings(),
        "group": next((one for one in groups.every(world) if str(one.id) == query.get("group")), None),
        "blockers": {one.id for one in everybody if bot and world.is_blocked(bot.id, one.id)},
    }


def seen(telegram: Telegram, query: Mapping[str, str]) -> dict[str, Any]:
    """All of the page: the choice, and the messages of the chosen conversation."""
    choice, world = chosen(telegram, query), telegram.world
    bot, person = choice["bot"], choice["person"]
    messages = world.messages(bot.id, person.id, SHOWN + 1) if bot else []
    lead = leading(choice["bots"], person)
    return choice | {
        "messages": [described(bot, message, lead) for message in messages[-SHOWN:]],
        "earlier": len(messages) > SHOWN,
        "shown": SHOWN,
        "keyboard": _keyboard(messages),
        "blocked": world.is_blocked(bot.id, person.id) if bot else None,
        "commands": _commands(telegram, bot, person),
        "prefill": f"/start {query['start']}"[:80] if query.get("start") else "",
    }


def _standings() -> dict[str, str]:
    """How the bot stands in a group, in words."""
    return {
        groups.ADMINISTRATOR: _("the bot is an administrator"),
        groups.MEMBER: _("the bot is a member"),
        groups.KICKED: _("the bot was put out"),
        groups.LEFT: _("the bot has left"),
    }


def leading(bots: list[Bot], person: Person) -> Lead:
    """Links to a bot of this sandbox (`https://t.me/<username>?start=<code>`) lead to its chat here."""
    known = {bot.username.lower(): bot for bot in bots}

    def lead(address: str) -> str:
        try:
            parts = urlsplit(address)
        except ValueError:
            return address
        bot = known.get(parts.path.strip("/").lower()) if parts.netloc.lower() in ("t.me", "telegram.me") else None
        if bot is None:
            return address
        start = parse_qs(parts.query).get("start", [])
        return "/chat?" + urlencode({"person": person.id, "bot": bot.id} | ({"start": start[0]} if start else {}))

    return lead


def _line(message: Json) -> str:
    """What the list of people shows of a message."""
    words = message.get("text") or message.get("caption")
    contact, document = message.get("contact", {}), message.get("document", {})
    return str(words or contact.get("phone_number") or document.get("file_name") or "▣")[:80]


def described(bot: Bot, message: Json, lead: Lead) -> dict[str, Any]:
    """A message as the templates show it."""
    words = message.get("text") or message.get("caption") or ""
    entities = message.get("entities") or message.get("caption_entities") or []
    photo, document = message.get("photo"), message.get("document")
    return {
        "id": message["message_id"],
        "mine": not message["from"]["is_bot"],
        "at": message["date"],
        "edited": "edit_date" in message,
        "version": f"{message.get('edit_date', 0)}-{hash(json.dumps(message, sort_keys=True)) & 0xFFFFFF:x}",
        "words": marked(words, entities, lead),
        "answers": _line(message["reply_to_message"]) if "reply_to_message" in message else "",
        "picture": f"/chat/files/{bot.id}/{photo[-1]['file_id']}" if photo else "",
        "size": photo[-1] if photo else None,
        "document": document,
        "document_link": f"/chat/files/{bot.id}/{document['file_id']}" if document else "",
        "contact": message.get("contact"),
        "liked": [one.get("emoji", "") for one in message.get("_reaction", [])],
        "rows": [[_button(button, lead) for button in row] for row in _inline(message)],
    }


def _inline(message: Json) -> list[list[Json]]:
    rows: list[list[Json]] = message.get("reply_markup", {}).get("inline_keyboard", [])
    return rows


def _button(button: Json, lead: Lead) -> Json:
    return button | {"url": lead(button["url"])} if "url" in button else button


def _keyboard(messages: list[Json]) -> list[list[Json]]:
    """The rows of the reply keyboard that the bot showed last."""
    for message in reversed(messages):
        shown = message.get("_keyboard")
        if shown is not None and ("keyboard" in shown or shown.get("remove_keyboard")):
            rows: list[list[Json]] = shown.get("keyboard", [])
            return rows
    return []


def _commands(telegram: Telegram, bot: Bot | None, person: Person) -> list[Json]:
    """The bot's menu: for this chat, else for private chats, else for all; in the person's language, else any."""
    if bot is None:
        return []
    scopes = [{"chat_id": person.id, "type": "chat"}, {"type": "all_private_chats"}, {"type": "default"}]
    for scope in scopes:
        for language in (person.language, ""):
            row = telegram.world.database.execute(
                "SELECT body FROM commands WHERE bot_id = ? AND scope = ? AND language = ?",
                [bot.id, json.dumps(scope, sort_keys=True), language],
            ).fetchone()
            if row and (found := json.loads(row[0])):
                return list(found)
    return []
