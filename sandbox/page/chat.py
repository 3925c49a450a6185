"""Chat: be an operator or a customer, and talk with the bot."""

import re
import secrets
from typing import Any

from aiohttp import web

from sandbox.page import conversation
from sandbox.page.parts import Parts, number_in
from sandbox.telegram import files, people
from sandbox.telegram.world import Bot, Person

LONGEST_MESSAGE = 4096
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def routes(parts: Parts) -> list[web.RouteDef]:
    telegram, world = parts.telegram, parts.telegram.world

    async def page(request: web.Request) -> web.Response:
        return await parts.page(request, "chat.html", **conversation.seen(telegram, request.query))

    async def talk(request: web.Request) -> web.Response:
        return parts.fragment(request, "conversation.html", **conversation.seen(telegram, request.query))

    async def everybody(request: web.Request) -> web.Response:
        return parts.fragment(request, "people.html", **conversation.chosen(telegram, request.query))

    async def say(request: web.Request) -> web.Response:
        form = await request.post()
        bot, person = _both(parts, form)
        text = str(form.get("text", "")).strip()[:LONGEST_MESSAGE]
        if form.get("contact"):
            people.say(telegram, bot, person, "", people.Beside(person.phone))
        elif text:
            people.say(telegram, bot, person, text)
        return _back(request, bot, person)

    async def press(request: web.Request) -> web.Response:
        form = await request.post()
        bot, person = _both(parts, form)
        try:
            number = people.press(telegram, bot, person, number_in(form.get("message")) or 0, str(form.get("data")))
        except people.NotPossible:
            raise web.HTTPConflict from None
        return _back(request, bot, person, press=number)

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"answer": people.answer_to(telegram, request.match_info["press"])})

    async def block(request: web.Request) -> web.Response:
        form = await request.post()
        bot, person = _both(parts, form)
        try:
            people.set_blocked(telegram, bot, person, blocked=form.get("blocked") == "yes")
        except people.NotPossible:
            raise web.HTTPConflict from None
        return _back(request, bot, person)

    async def join(request: web.Request) -> web.Response:
        form = await request.post()
        name = str(form.get("first_name", "")).strip()[:64]
        if not name:
            raise web.HTTPSeeOther("/chat")
        username = re.sub(r"[^a-z0-9_]", "", name.lower()) or "somebody"
        role = "operator" if form.get("role") == "operator" else "customer"
        language = parts.language_of(request)
        number = 3_000_000 + secrets.randbelow(6_000_000)
        world.add_person(Person(number, name, "", f"{username}_{number % 1000}", language, role, deactivated=False))
        raise web.HTTPSeeOther(f"/chat?person={number}")

    async def clear(_request: web.Request) -> web.Response:
        world.clear()
        raise web.HTTPSeeOther("/chat")

    async def picture(request: web.Request) -> web.StreamResponse:
        kept = files.find(world, int(request.match_info["bot"]), request.match_info["file"])
        if kept is None:
            raise web.HTTPNotFound
        shown = kept.type in PICTURES
        headers = {
            "Content-Type": kept.type if shown else "application/octet-stream",
            "Content-Disposition": "inline" if shown else f'attachment; filename="{kept.path.rsplit("/", 1)[1]}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, max-age=86400",
        }
        return web.FileResponse(files.place(world, kept.path), headers=headers)

    return [
        web.get("/chat", page),
        web.get("/chat/conversation", talk),
        web.get("/chat/people", everybody),
        web.post("/chat/say", say),
        web.post("/chat/press", press),
        web.get(r"/chat/presses/{press:\d{1,19}}", answer),
        web.post("/chat/block", block),
        web.post("/chat/people", join),
        web.post("/chat/clear", clear),
        web.get(r"/chat/files/{bot:\d{1,18}}/{file}", picture),
    ]


def _both(parts: Parts, form: Any) -> tuple[Bot, Person]:
    bot = parts.telegram.world.bot(number_in(form.get("bot")) or 0)
    person = parts.telegram.world.person(number_in(form.get("person")) or 0)
    if bot is None or person is None:
        raise web.HTTPNotFound
    return bot, person


def _back(request: web.Request, bot: Bot, person: Person, **told: str) -> web.Response:
    if request.headers.get("Accept") == "application/json":
        return web.json_response(told)
    raise web.HTTPSeeOther(f"/chat?person={person.id}&bot={bot.id}")
