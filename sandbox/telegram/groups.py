"""Groups that a bot is in: supergroups with or without topics, and small groups that become one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.telegram.world import Json, World

KICKED, LEFT, MEMBER, ADMINISTRATOR = "kicked", "left", "member", "administrator"
FIRST_SUPERGROUP = -1_000_000_000_000
"""Telegram numbers supergroups below this, and small groups above."""
COLOR = 0x6FB9F0
"""Of a topic's icon, one of the six that there are."""


@dataclass(frozen=True, slots=True)
class Group:
    id: int
    title: str
    forum: bool
    bot: str
    """The bot's standing in it."""
    moved_to: int | None

    @property
    def kind(self) -> str:
        return "supergroup" if self.id < FIRST_SUPERGROUP else "group"

    def chat(self) -> Json:
        """A `Chat` of the Bot API."""
        return {"id": self.id, "title": self.title, "type": self.kind} | ({"is_forum": True} if self.forum else {})


@dataclass(frozen=True, slots=True)
class Topic:
    id: int
    name: str
    closed: bool

    def created(self) -> Json:
        """A `ForumTopic` of the Bot API."""
        return {"message_thread_id": self.id, "name": self.name, "icon_color": COLOR}


def find(world: World, group_id: int) -> Group | None:
    row = world.database.execute("SELECT * FROM groups WHERE id = ?", [group_id]).fetchone()
    return _group(row) if row else None


def every(world: World) -> list[Group]:
    return [_group(row) for row in world.database.execute("SELECT * FROM groups ORDER BY title")]


def keep(world: World, group: Group) -> None:
    """New or changed."""
    values = (group.id, group.title, group.forum, group.bot, group.moved_to)
    world.database.execute("INSERT OR REPLACE INTO groups VALUES (?,?,?,?,?)", values)
    world.changed()


def migrate(world: World, group: Group, new_id: int) -> Group:
    """The group has become a supergroup, and goes on there."""
    keep(world, Group(group.id, group.title, group.forum, group.bot, new_id))
    moved = Group(new_id, group.title, group.forum, group.bot, None)
    keep(world, moved)
    return moved


def topics(world: World, group_id: int) -> list[Topic]:
    rows = world.database.execute(
        "SELECT topic_id, name, closed FROM topics WHERE group_id = ? ORDER BY topic_id", [group_id]
    )
    return [Topic(number, name, bool(closed)) for number, name, closed in rows]


def topic(world: World, group_id: int, topic_id: int) -> Topic | None:
    return next((one for one in topics(world, group_id) if one.id == topic_id), None)


def keep_topic(world: World, group_id: int, one: Topic) -> None:
    values = (group_id, one.id, one.name, one.closed)
    world.database.execute("INSERT OR REPLACE INTO topics VALUES (?,?,?,?)", values)
    world.changed()


def forget_topic(world: World, group_id: int, topic_id: int) -> None:
    """With all that was said in it."""
    world.database.execute("DELETE FROM topics WHERE group_id = ? AND topic_id = ?", [group_id, topic_id])
    world.database.execute(
        "DELETE FROM messages WHERE chat_id = ? AND json_extract(body, '$.message_thread_id') = ?", [group_id, topic_id]
    )
    world.changed()


def _group(row: Sequence[Any]) -> Group:
    number, title, forum, bot, moved_to = row
    return Group(number, title, bool(forum), bot, moved_to)
