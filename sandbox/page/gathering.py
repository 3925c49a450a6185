"""What is said in a group, as the page shows it: one topic at a time, with who said it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sandbox.page.conversation import SHOWN, chosen, described, leading
from sandbox.page.parts import number_in
from sandbox.telegram import groups
from sandbox.telegram.call import Telegram
from sandbox.telegram.groups import Group
from sandbox.telegram.world import Json, Person
from texts import _

READ = 2000
"""Messages of a group that are looked through for those of one topic."""


def seen(telegram: Telegram, group: Group, query: Mapping[str, str]) -> dict[str, Any]:
    choice, world = chosen(telegram, query), telegram.world
    bot, person = choice["bot"], choice["person"]
    topics = groups.topics(world, group.id)
    topic = next((one for one in topics if one.id == number_in(query.get("topic"))), None)
    messages = world.messages(bot.id, group.id, READ) if bot else []
    here = [one for one in messages if one.get("message_thread_id") == (topic.id if topic else None)]
    lead = leading(choice["bots"], person)
    return {
        "group": group,
        "topics": topics,
        "topic": topic,
        "counts_by_topic": Counter(one.get("message_thread_id", 0) for one in messages),
        "speakers": [one for one in world.people() if one.role == "operator"],
        "messages": [described(bot, one, lead) | _of(one, person) for one in here[-SHOWN:]],
        "earlier": len(here) > SHOWN,
        "shown": SHOWN,
    }


def _of(message: Json, person: Person) -> dict[str, Any]:
    """Who said it, unless it is whom the page speaks for; and what happened, where nobody said anything."""
    author = message["from"]
    mine = author["id"] == person.id
    return {"mine": mine, "author": "" if mine else author["first_name"], "happened": _happened(message)}


def _happened(message: Json) -> str:
    if "forum_topic_created" in message:
        return _("The topic “%(name)s” was made.", name=message["forum_topic_created"]["name"])
    if "forum_topic_closed" in message:
        return _("%(name)s closed the topic.", name=message["from"]["first_name"])
    if "forum_topic_reopened" in message:
        return _("%(name)s opened the topic again.", name=message["from"]["first_name"])
    if "migrate_to_chat_id" in message or "migrate_from_chat_id" in message:
        return _("The group became a supergroup.")
    return ""
