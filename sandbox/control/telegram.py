"""`/control/telegram`: people, and what they do in their chats."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.control import answers, groups
from sandbox.telegram import api, people
from sandbox.telegram.call import Telegram
from sandbox.telegram.errors import ApiError
from sandbox.telegram.methods.sending import public
from sandbox.telegram.world import Bot, Person


def routes(telegram: Telegram) -> list[web.RouteDef]:
    world = telegram.world

    async def bots(request: web.Request) -> web.Response:
        """Make a bot known, or see which are."""
        if request.method == "POST":
            given = await answers.body(request)
            try:
                bot = api.known(telegram, str(given.get("token", "")))
            except ApiError:
                answers.refuse("bad_token", "token")
            name, username = given.get("name") or bot.name, given.get("username") or bot.username
            world.add_bot(bot.id, bot.token, str(name), str(username))
        return web.json_response({"bots": [bot.user() for bot in world.bots()]})

    async def users(request: web.Request) -> web.Response:
        if request.method == "POST":
            person = person_of(await answers.body(request))
            world.add_person(person)
            world.changed()
            return web.json_response(person.user())
        return web.json_response({"users": [person.user() for person in world.people()]})

    async def say(request: web.Request) -> web.Response:
        given = await answers.body(request)
        person = _person(telegram, answers.integer(given, "user"))
        text, contact = str(given.get("text") or ""), str(given.get("contact") or "")
        if not text and not contact:
            answers.refuse("missing", "text")
        beside = people.Beside(
            contact, answers.written(given, "contact_user") or 0, answers.written(given, "reply_to") or 0
        )
        return web.json_response(people.say(telegram, _bot(telegram, given), person, text, beside))

    async def press(request: web.Request) -> web.Response:
        given = await answers.body(request)
        person = _person(telegram, answers.integer(given, "user"))
        message_id, data = answers.integer(given, "message_id"), str(given.get("data") or "")
        try:
            number = people.press(
                telegram, _bot(telegram, given), person, message_id, data, chat_id=_place(given, person)
            )
        except people.NotPossible as problem:
            answers.refuse(problem.why, "message_id" if problem.why == "no_message" else "data")
        return web.json_response({"press": number})

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"answer": people.answer_to(telegram, request.match_info["press"])})

    async def block(request: web.Request) -> web.Response:
        given = await answers.body(request)
        person = _person(telegram, answers.integer(given, "user"))
        try:
            people.set_blocked(telegram, _bot(telegram, given), person, blocked=bool(given.get("blocked", True)))
        except people.NotPossible as problem:
            answers.refuse(problem.why, "user")
        return web.json_response({"blocked": bool(given.get("blocked", True))})

    async def inline(request: web.Request) -> web.Response:
        """Somebody types the bot's name and some words in whatever chat."""
        given = await answers.body(request)
        person, words = _person(telegram, answers.integer(given, "user")), str(given.get("text") or "")
        return web.json_response({"query": people.ask_inline(telegram, _bot(telegram, given), person, words)})

    async def chat(request: web.Request) -> web.Response:
        number = int(request.match_info["id"])
        if number > 0:
            _person(telegram, number)
        found = world.messages(_bot(telegram, request.query).id, number)
        return web.json_response({"messages": [public(message) for message in found]})

    async def clear(_request: web.Request) -> web.Response:
        world.clear()
        return web.json_response({})

    return [
        web.get("/control/telegram/bots", bots),
        web.post("/control/telegram/bots", bots),
        web.get("/control/telegram/users", users),
        web.post("/control/telegram/users", users),
        web.post("/control/telegram/say", say),
        web.post("/control/telegram/press", press),
        web.get(r"/control/telegram/presses/{press:\d{1,19}}", answer),
        web.post("/control/telegram/block", block),
        web.post("/control/telegram/inline", inline),
        web.get(r"/control/telegram/chats/{id:-?\d{1,18}}", chat),
        web.delete("/control/telegram/chats", clear),
        *groups.routes(telegram, lambda given: _bot(telegram, given), lambda number: _person(telegram, number)),
    ]


def person_of(given: dict[str, Any]) -> Person:
    """A person from JSON: `id` and `first_name`, and what else there is."""
    number, first_name = answers.integer(given, "id"), str(given.get("first_name") or "").strip()
    if number <= 0:
        answers.refuse("not_positive", "id")
    if not first_name:
        answers.refuse("missing", "first_name")
    return Person(
        number,
        first_name,
        str(given.get("last_name") or ""),
        str(given.get("username") or ""),
        str(given.get("language_code") or "en"),
        "operator" if given.get("role") == "operator" else "customer",
        bool(given.get("deactivated", False)),
    )


def _person(telegram: Telegram, number: int) -> Person:
    person = telegram.world.person(number)
    if person is None:
        answers.missing("user")
    return person


def _bot(telegram: Telegram, given: Mapping[str, Any]) -> Bot:
    """The bot of that number, else the one that was used last."""
    number = answers.written(given, "bot")
    bot = telegram.world.bot(number) if number else next(iter(telegram.world.bots()), None)
    if bot is None:
        answers.missing("bot")
    return bot


def _place(given: dict[str, Any], person: Person) -> int:
    """A group, or else their own conversation with the bot."""
    return answers.integer(given, "chat", person.id)
