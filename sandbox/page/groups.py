"""Groups on the page: what operators see in theirs, topic by topic, and what they write there."""

import secrets
from typing import Any

from aiohttp import web

from sandbox.page import conversation, gathering
from sandbox.page.parts import Parts, number_in
from sandbox.telegram import groups, members, people
from sandbox.telegram.groups import ADMINISTRATOR, FIRST_SUPERGROUP, LEFT, Group
from sandbox.telegram.world import Bot, Person

LONGEST_MESSAGE = 4096
LONGEST_TITLE = 128


def routes(parts: Parts) -> list[web.RouteDef]:
    telegram = parts.telegram

    async def page(request: web.Request) -> web.Response:
        shown = gathering.seen(telegram, _group(parts, request), request.query)
        return await parts.page(request, "group.html", **conversation.chosen(telegram, request.query) | shown)

    async def talk(request: web.Request) -> web.Response:
        shown = gathering.seen(telegram, _group(parts, request), request.query)
        return parts.fragment(request, "gathering.html", **conversation.chosen(telegram, request.query) | shown)

    async def make(request: web.Request) -> web.Response:
        """With the bot in it; in a forum it is an administrator, as it has to be to make topics."""
        form = await request.post()
        bot, person = _both(parts, form)
        forum, title = form.get("forum") == "yes", str(form.get("title", "")).strip()[:LONGEST_TITLE]
        number = -secrets.randbelow(900_000) - 100_000 + (FIRST_SUPERGROUP if forum else 0)
        group = Group(number, title or "Desk", forum, LEFT, None)
        groups.keep(telegram.world, group)
        members.set_bot(telegram, bot, group, person, ADMINISTRATOR)
        raise web.HTTPSeeOther(f"/chat/groups/{number}?person={person.id}&bot={bot.id}")

    async def say(request: web.Request) -> web.Response:
        form = await request.post()
        group, (bot, person) = _group(parts, request), _both(parts, form)
        text = str(form.get("text", "")).strip()[:LONGEST_MESSAGE]
        topic, reply = number_in(form.get("topic")) or 0, number_in(form.get("reply_to")) or 0
        if text:
            members.say(telegram, bot, group, person, text, topic_id=topic, reply_to=reply)
        return _back(request, group, bot, person, topic)

    async def press(request: web.Request) -> web.Response:
        form = await request.post()
        group, (bot, person) = _group(parts, request), _both(parts, form)
        message = number_in(form.get("message")) or 0
        try:
            number = people.press(telegram, bot, person, message, str(form.get("data")), chat_id=group.id)
        except people.NotPossible:
            raise web.HTTPConflict from None
        return _back(request, group, bot, person, number_in(form.get("topic")) or 0, press=number)

    async def change(request: web.Request) -> web.Response:
        form = await request.post()
        group, (bot, person) = _group(parts, request), _both(parts, form)
        topic, do = groups.topic(telegram.world, group.id, number_in(form.get("topic")) or 0), str(form.get("do"))
        if topic is None:
            raise web.HTTPNotFound
        try:
            members.change_topic(telegram, bot, group, person, topic=topic, do=do)
        except people.NotPossible:
            raise web.HTTPConflict from None
        return _back(request, group, bot, person, 0 if do == "delete" else topic.id)

    return [
        web.get(r"/chat/groups/{group:-\d{1,18}}", page),
        web.get(r"/chat/groups/{group:-\d{1,18}}/talk", talk),
        web.post("/chat/groups", make),
        web.post(r"/chat/groups/{group:-\d{1,18}}/say", say),
        web.post(r"/chat/groups/{group:-\d{1,18}}/press", press),
        web.post(r"/chat/groups/{group:-\d{1,18}}/topic", change),
    ]


def _group(parts: Parts, request: web.Request) -> Group:
    """Where the group has become a supergroup, the one that goes on."""
    found = groups.find(parts.telegram.world, int(request.match_info["group"]))
    if found is not None and found.moved_to is not None:
        found = groups.find(parts.telegram.world, found.moved_to)
    if found is None:
        raise web.HTTPNotFound
    return found


def _both(parts: Parts, form: Any) -> tuple[Bot, Person]:
    bot = parts.telegram.world.bot(number_in(form.get("bot")) or 0)
    person = parts.telegram.world.person(number_in(form.get("person")) or 0)
    if bot is None or person is None:
        raise web.HTTPNotFound
    return bot, person


def _back(request: web.Request, group: Group, bot: Bot, person: Person, topic: int, **told: str) -> web.Response:
    if request.headers.get("Accept") == "application/json":
        return web.json_response(told)
    raise web.HTTPSeeOther(f"/chat/groups/{group.id}?person={person.id}&bot={bot.id}&topic={topic or ''}")
