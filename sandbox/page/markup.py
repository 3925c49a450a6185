"""Messages of Telegram as HTML for the page."""

from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from sandbox.telegram.world import Json

_TAGS = {
    "bold": "strong", "italic": "em", "underline": "u", "strikethrough": "s", "code": "code", "pre": "pre",
    "blockquote": "blockquote",
}  # fmt: skip


def marked(text: str, entities: list[Json]) -> Markup:
    """The text with its entities as tags; they nest, as Telegram guarantees."""
    units = text.encode("utf-16-le")
    places = {0, len(units) // 2}
    for entity in entities:
        places |= {entity["offset"], entity["offset"] + entity["length"]}
    pieces = []
    for start, end in pairwise(sorted(places)):
        piece: Any = escape(units[start * 2 : end * 2].decode("utf-16-le", "replace"))
        for entity in reversed(entities):
            if entity["offset"] <= start and end <= entity["offset"] + entity["length"]:
                piece = _wrapped(piece, entity)
        pieces.append(piece)
    return Markup("").join(pieces)


def _wrapped(piece: Markup, entity: Json) -> Markup:
    kind = entity["type"]
    if kind in _TAGS:
        return Markup(f"<{_TAGS[kind]}>") + piece + Markup(f"</{_TAGS[kind]}>")  # noqa: S704 - our own tags
    if kind == "spoiler":
        return Markup('<span class="spoiler">') + piece + Markup("</span>")
    if kind == "bot_command":
        return Markup('<b class="command">') + piece + Markup("</b>")
    if kind == "text_link" and urlsplit(entity.get("url", "")).scheme in ("http", "https"):
        address = escape(entity["url"])
        return (
            Markup('<a href="{}" target="_blank" rel="noopener noreferrer">').format(address) + piece + Markup("</a>")
        )
    return piece
