"""Chat: be an operator or a customer, and talk with the bot."""

import json
import re
import secrets
from typing import Any

from aiohttp import web

from sandbox.page.markup import marked
from sandbox.page.parts import Parts
from sandbox.telegram import files, people
from sandbox.telegram.world import Bot, Json, Person

LONGEST_MESSAGE = 4096
SHOWN = 150


def routes(parts: Parts) -> list[web.RouteDef]:
    telegram, world = parts.telegram, parts.telegram.world

    async def page(request: web.Request) -> web.Response:
        return await parts.show(request, "chat.html", **_seen(parts, request))

    async def conversation(request: web.Request) -> web.Response:
        return await parts.show(request, "conversation.html", **_seen(parts, request))

    async def say(request: web.Request) -> web.Response:
        form = await request.post()
        bot, person = _both(parts, form)
        text = str(form.get("text", "")).strip()[:LONGEST_MESSAGE]
        if text:
            people.say(telegram, bot, person, text)
        return _back(request, bot, person)

    async def press(request: web.Request) -> web.Response:
        form = await request.post()
        bot, person = _both(parts, form)
        try:
            number = people.press(telegram, bot, person, int(str(form["message"])), str(form["data"]))
        except people.NotPossible:
            raise web.HTTPConflict from None
        if request.headers.get("Accept") == "application/json":
            return web.json_response({"press": number})
        return _back(request, bot, person)

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"answer": people.answer_to(telegram, request.match_info["press"])})

    async def block(request: web.Request) -> web.Response:
        form = await request.post()
        bot, person = _both(parts, form)
        people.set_blocked(telegram, bot, person, blocked=form.get("blocked") == "yes")
        return _back(request, bot, person)

    async def join(request: web.Request) -> web.Response:
        form = await request.post()
        name = str(form.get("first_name", "")).strip()[:64]
        if not name:
            raise web.HTTPSeeOther("/chat")
        username = re.sub(r"[^a-z0-9_]", "", name.lower()) or "somebody"
        role = "operator" if form.get("role") == "operator" else "customer"
        number = 3_000_000 + secrets.randbelow(6_000_000)
        world.add_person(Person(number, name, "", f"{username}_{number % 1000}", "en", role, deactivated=False))
        raise web.HTTPSeeOther(f"/chat?person={number}")

    async def picture(request: web.Request) -> web.StreamResponse:
        kept = files.find(world, int(request.match_info["bot"]), request.match_info["file"])
        if kept is None:
            raise web.HTTPNotFound
        shown = kept.type in ("image/png", "image/jpeg", "image/gif", "image/webp")
        headers = {
            "Content-Type": kept.type if shown else "application/octet-stream",
            "Content-Disposition": "inline" if shown else f'attachment; filename="{kept.path.rsplit("/", 1)[1]}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, max-age=86400",
        }
        return web.FileResponse(files.place(world, kept.path), headers=headers)

    return [
        web.get("/chat", page),
        web.get("/chat/conversation", conversation),
        web.post("/chat/say", say),
        web.post("/chat/press", press),
        web.get(r"/chat/presses/{press:\d+}", answer),
        web.post("/chat/block", block),
        web.post("/chat/people", join),
        web.get(r"/chat/files/{bot:\d+}/{file}", picture),
    ]


def _seen(parts: Parts, request: web.Request) -> dict[str, Any]:
    """The chosen person's side of the conversation with the chosen bot."""
    world = parts.telegram.world
    bots, everybody = world.bots(), world.people()
    bot = next((bot for bot in bots if str(bot.id) == request.query.get("bot")), bots[0] if bots else None)
    person = next((one for one in everybody if str(one.id) == request.query.get("person")), everybody[0])
    seen = world.messages(bot.id, person.id, SHOWN) if bot else []
    return {
        "bots": bots,
        "bot": bot,
        "everybody": everybody,
        "person": person,
        "messages": [_described(bot, message) for message in seen] if bot else [],
        "keyboard": _keyboard(seen),
        "blocked": world.is_blocked(bot.id, person.id) if bot else None,
        "blockers": {one.id for one in everybody if bot and world.is_blocked(bot.id, one.id)},
        "commands": _commands(parts, bot, person),
        "prefill": f"/start {request.query['start']}"[:80] if request.query.get("start") else "",
    }


def _described(bot: Bot, message: Json) -> dict[str, Any]:
    words = message.get("text") or message.get("caption") or ""
    entities = message.get("entities") or message.get("caption_entities") or []
    return {
        "id": message["message_id"],
        "mine": not message["from"]["is_bot"],
        "at": message["date"],
        "edited": "edit_date" in message,
        "version": f"{message.get('edit_date', 0)}-{hash(json.dumps(message, sort_keys=True)) & 0xFFFFFF:x}",
        "words": marked(words, entities),
        "picture": f"/chat/files/{bot.id}/{message['photo'][-1]['file_id']}" if message.get("photo") else "",
        "size": message["photo"][-1] if message.get("photo") else None,
        "document": message.get("document"),
        "document_link": f"/chat/files/{bot.id}/{message['document']['file_id']}" if message.get("document") else "",
        "contact": message.get("contact"),
        "rows": message.get("reply_markup", {}).get("inline_keyboard", []),
    }


def _keyboard(messages: list[Json]) -> list[list[str]]:
    """The rows of the reply keyboard that the bot showed last, as texts."""
    for message in reversed(messages):
        shown = message.get("_keyboard")
        if shown is not None and ("keyboard" in shown or shown.get("remove_keyboard")):
            rows = shown.get("keyboard", [])
            return [[button if isinstance(button, str) else button["text"] for button in row] for row in rows]
    return []


def _commands(parts: Parts, bot: Bot | None, person: Person) -> list[Json]:
    """The bot's menu: for this chat, else for private chats, else for all; in the person's language, else any."""
    if bot is None:
        return []
    scopes = [{"chat_id": person.id, "type": "chat"}, {"type": "all_private_chats"}, {"type": "default"}]
    for scope in scopes:
        for language in (person.language, ""):
            row = parts.telegram.world.database.execute(
                "SELECT body FROM commands WHERE bot_id = ? AND scope = ? AND language = ?",
                [bot.id, json.dumps(scope, sort_keys=True), language],
            ).fetchone()
            if row and (found := json.loads(row[0])):
                return list(found)
    return []


def _both(parts: Parts, form: Any) -> tuple[Bot, Person]:
    bot = parts.telegram.world.bot(int(form.get("bot") or 0))
    person = parts.telegram.world.person(int(form.get("person") or 0))
    if bot is None or person is None:
        raise web.HTTPNotFound
    return bot, person


def _back(request: web.Request, bot: Bot, person: Person) -> web.Response:
    if request.headers.get("Accept") == "application/json":
        return web.json_response({})
    raise web.HTTPSeeOther(f"/chat?person={person.id}&bot={bot.id}")
