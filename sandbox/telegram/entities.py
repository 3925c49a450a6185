"""Entities that no markup stands for: those that a bot counted itself, and those that Telegram finds in a text."""

import re
from typing import Any

from sandbox.telegram.errors import bad_request
from sandbox.telegram.world import Json

_COMMAND = re.compile(r"(?:(?<=\s)|^)/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]+)?\b")
_LINK = re.compile(r"https?://[^\s<>\"“”]*[^\s<>\"“”.,;:!?')\]}]")


def units(text: str) -> int:
    """Telegram counts UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def found(text: str, besides: list[Json] | None = None) -> list[Json]:
    """All entities of a text: the given ones, and links and commands where none of these stands."""
    entities = list(besides or [])
    for kind, pattern in (("url", _LINK), ("bot_command", _COMMAND)):
        for match in pattern.finditer(text):
            entity: Json = {"type": kind, "offset": units(text[: match.start()]), "length": units(match[0])}
            if not any(_touch(entity, other) for other in entities):
                entities.append(entity)
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def checked(given: list[Any], text: str) -> list[Json]:
    """The entities that a bot gave; raise 400 for one that is none, or that leads out of the text."""
    end = units(text)
    for entity in given:
        if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
            raise bad_request("can't parse MessageEntity: Object expected")
        if not isinstance(entity.get("url", ""), str):
            raise bad_request('can\'t parse MessageEntity: Field "url" must be of type String')
        offset, length = entity.get("offset"), entity.get("length")
        if not isinstance(offset, int) or not isinstance(length, int) or not 0 <= offset < offset + length <= end:
            raise bad_request("can't parse entities: entity is out of the text")
    return sorted(given, key=lambda entity: (entity["offset"], -entity["length"]))


def _touch(one: Json, other: Json) -> bool:
    return bool(one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"])
