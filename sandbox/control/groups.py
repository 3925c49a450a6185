"""`/control/telegram/groups`: groups of people with the bot in them, their topics, and what is said there."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.control import answers
from sandbox.telegram import groups, members, people
from sandbox.telegram.call import Telegram
from sandbox.telegram.groups import ADMINISTRATOR, KICKED, LEFT, MEMBER, Group
from sandbox.telegram.world import Bot, Person

STANDINGS = (ADMINISTRATOR, MEMBER, KICKED, LEFT)
Json = dict[str, Any]


def routes(telegram: Telegram, bot_of: Callable[[Json], Bot], person_of: Callable[[int], Person]) -> list[web.RouteDef]:
    world = telegram.world

    async def every(_request: web.Request) -> web.Response:
        return web.json_response({"groups": [_shown(telegram, one) for one in groups.every(world)]})

    async def keep(request: web.Request) -> web.Response:
        """Make a group, or change the bot's standing in one; by default it is an administrator of a forum."""
        given = await answers.body(request)
        number, standing = answers.integer(given, "id"), str(given.get("standing") or ADMINISTRATOR)
        if number >= 0 or standing not in STANDINGS:
            answers.refuse("not_negative" if number >= 0 else "unknown_standing", "id" if number >= 0 else "standing")
        known = groups.find(world, number)
        forum = bool(given.get("forum", known.forum if known else True))
        title = str(given.get("title") or (known.title if known else "Desk"))
        group = Group(number, title, forum, known.bot if known else LEFT, None)
        groups.keep(world, group)
        if group.bot != standing:
            members.set_bot(telegram, bot_of(given), group, _whoever(world.people(limit=1)), standing)
        return web.json_response(_shown(telegram, groups.find(world, number) or group))

    async def say(request: web.Request) -> web.Response:
        given = await answers.body(request)
        group, person = _group(telegram, given), person_of(answers.integer(given, "user"))
        topic, reply = answers.integer(given, "topic", 0), answers.integer(given, "reply_to", 0)
        text = str(given.get("text") or "")
        said = members.say(telegram, bot_of(given), group, person, text, topic_id=topic, reply_to=reply)
        return web.json_response(said)

    async def change(request: web.Request) -> web.Response:
        given = await answers.body(request)
        group, person = _group(telegram, given), person_of(answers.integer(given, "user"))
        topic = groups.topic(world, group.id, answers.integer(given, "topic"))
        if topic is None:
            answers.missing("topic")
        try:
            members.change_topic(telegram, bot_of(given), group, person, topic=topic, do=str(given.get("do") or ""))
        except people.NotPossible as problem:
            answers.refuse(problem.why, "do")
        return web.json_response(_shown(telegram, group))

    async def migrate(request: web.Request) -> web.Response:
        given = await answers.body(request)
        group, person = _group(telegram, given), person_of(answers.integer(given, "user"))
        moved = members.migrate(telegram, bot_of(given), group, person, answers.integer(given, "to"))
        return web.json_response(_shown(telegram, moved))

    return [
        web.get("/control/telegram/groups", every),
        web.post("/control/telegram/groups", keep),
        web.post("/control/telegram/groups/say", say),
        web.post("/control/telegram/groups/topics", change),
        web.post("/control/telegram/groups/migrate", migrate),
    ]


def _group(telegram: Telegram, given: Json) -> Group:
    found = groups.find(telegram.world, answers.integer(given, "group"))
    if found is None:
        answers.missing("group")
    return found


def _whoever(found: list[Person]) -> Person:
    if not found:
        answers.missing("user")
    return found[0]


def _shown(telegram: Telegram, group: Group) -> Json:
    topics = [{"id": one.id, "name": one.name, "closed": one.closed} for one in groups.topics(telegram.world, group.id)]
    return {"id": group.id, "title": group.title, "standing": group.bot, "moved_to": group.moved_to, "topics": topics}
