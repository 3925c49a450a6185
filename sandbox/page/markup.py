"""Messages of Telegram as HTML for the page."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from markupsafe import Markup, escape

from sandbox.telegram.world import Json

_TAGS = {
    "bold": "strong", "italic": "em", "underline": "u", "strikethrough": "s", "code": "code", "pre": "pre",
    "blockquote": "blockquote",
}  # fmt: skip


def marked(text: str, entities: list[Json], lead: Callable[[str], str]) -> Markup:
    """The text with its entities as tags, which nest, as Telegram guarantees; `lead` tells where a link leads."""
    units = text.encode("utf-16-le")

    def words(start: int, end: int) -> str:
        return units[start * 2 : end * 2].decode("utf-16-le", "replace")

    places = {0, len(units) // 2}
    for entity in entities:
        places |= {entity["offset"], entity["offset"] + entity["length"]}
    pieces = []
    for start, end in pairwise(sorted(places)):
        piece: Any = escape(words(start, end))
        for entity in reversed(entities):
            offset, length = entity["offset"], entity["length"]
            if offset <= start and end <= offset + length:
                piece = _wrapped(piece, entity, words(offset, offset + length), lead)
        pieces.append(piece)
    return Markup("").join(pieces)


def _wrapped(piece: Markup, entity: Json, words: str, lead: Callable[[str], str]) -> Markup:
    kind = entity["type"]
    if kind in _TAGS:
        return Markup(f"<{_TAGS[kind]}>") + piece + Markup(f"</{_TAGS[kind]}>")  # noqa: S704 - our own tags
    if kind == "spoiler":
        return Markup('<span class="spoiler">') + piece + Markup("</span>")
    if kind == "bot_command":
        return Markup('<button class="command" data-command="{}">').format(words) + piece + Markup("</button>")
    address = words if kind == "url" else entity.get("url", "")
    if kind in ("url", "text_link") and re.match("https?://", address):
        return _linked(piece, lead(address))
    return piece


def _linked(piece: Markup, address: str) -> Markup:
    elsewhere = Markup("") if address.startswith("/") else Markup(' target="_blank" rel="noopener noreferrer"')
    return Markup('<a href="{}"{}>').format(address, elsewhere) + piece + Markup("</a>")
