"""From the markup that a bot sends (HTML, MarkdownV2) to plain text with entities, as Telegram reads it."""

import html
import re
from dataclasses import dataclass, field

from sandbox.telegram.entities import units
from sandbox.telegram.errors import bad_request
from sandbox.telegram.world import Json

_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
_TOKEN = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[^<>]*)?)>|(<)|([^<]+)")
_MARKS = {"__": "underline", "||": "spoiler", "*": "bold", "_": "italic", "~": "strikethrough"}
_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")


def read(text: str, parse_mode: str) -> tuple[str, list[Json]]:
    """Plain text and its `MessageEntity` objects; raise 400 where Telegram would."""
    mode = parse_mode.lower()
    if mode not in ("", "html", "markdown", "markdownv2"):
        raise bad_request("unsupported parse_mode")
    reading = _Reading(text)
    if mode == "html":
        _read_html(reading)
    elif mode:
        _read_markdown(reading, strict=mode == "markdownv2")
    else:
        reading.plain = text
    entities = [entity for entity in reading.entities if entity["length"] > 0]
    return reading.plain.rstrip(), sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


@dataclass(slots=True)
class _Open:
    name: str
    offset: int
    more: Json


@dataclass(slots=True)
class _Reading:
    """A text half read: what is plain so far, and what is open."""

    text: str
    plain: str = ""
    entities: list[Json] = field(default_factory=list)
    opened: list[_Open] = field(default_factory=list)

    def open(self, name: str, **more: str) -> None:
        self.opened.append(_Open(name, units(self.plain), more))

    def close(self, kind: str) -> None:
        tag = self.opened.pop()
        length = units(self.plain) - tag.offset
        self.entities.append({"type": kind, "offset": tag.offset, "length": length} | tag.more)

    def place(self, at: int) -> int:
        return len(self.text[:at].encode())


def _read_html(reading: _Reading) -> None:
    for token in _TOKEN.finditer(reading.text):
        closing, name, attributes, stray, words = token.groups()
        if words is not None:
            reading.plain += html.unescape(words)
            continue
        place = reading.place(token.start())
        if stray is not None or name.lower() not in _TAGS:
            raise _unreadable(f'Unsupported start tag "{name or ""}" at byte offset {place}')
        if closing:
            _close_tag(reading, name.lower(), place)
        else:
            _open_tag(reading, name.lower(), attributes)
    if reading.opened:
        raise _unreadable(f'Can\'t find end tag corresponding to start tag "{reading.opened[-1].name}"')


def _open_tag(reading: _Reading, name: str, attributes: str) -> None:
    values = {
        key.lower(): html.unescape(value)
        for key, value in re.findall(r"""([\w-]+)\s*=\s*["']([^"']*)["']""", attributes)
    }
    if name == "a":
        reading.open(name, url=values.get("href", ""))
    elif name == "tg-emoji":
        reading.open(name, custom_emoji_id=values.get("emoji-id", ""))
    elif name == "code" and values.get("class", "").startswith("language-"):
        reading.open(name, language=values["class"].removeprefix("language-"))
    else:
        reading.open(name)


def _close_tag(reading: _Reading, name: str, place: int) -> None:
    if not reading.opened:
        raise _unreadable(f"Unexpected end tag at byte offset {place}")
    expected = reading.opened[-1].name
    if expected != name:
        raise _unreadable(f'Unmatched end tag at byte offset {place}, expected "</{expected}>", found "</{name}>"')
    if name == "a" and not reading.opened[-1].more["url"]:
        reading.opened.pop()
    else:
        reading.close(_TAGS[name])


def _read_markdown(reading: _Reading, *, strict: bool) -> None:
    text, at = reading.text, 0
    while at < len(text):
        at = _step(reading, text, at, strict=strict)
    if reading.opened:
        raise _unreadable(f"Can't find end of {_MARKS[reading.opened[-1].name].capitalize()} entity")


def _step(reading: _Reading, text: str, at: int, *, strict: bool) -> int:
    """Read one character or mark; return where the next one begins."""
    if text[at] == "\\" and at + 1 < len(text):
        reading.plain += text[at + 1]
        return at + 2
    for fence, kind in (("```", "pre"), ("`", "code")):
        if text.startswith(fence, at):
            return _code(reading, text, at, fence, kind)
    link = re.compile(r"\[((?:\\.|[^\]\\])*)\]\(((?:\\.|[^)\\])*)\)").match(text, at)
    if link:
        reading.open("a", url=re.sub(r"\\(.)", r"\1", link[2]))
        reading.plain += re.sub(r"\\(.)", r"\1", link[1])
        reading.close("text_link")
        return link.end()
    mark = next((mark for mark in _MARKS if text.startswith(mark, at)), None)
    if mark is not None:
        if reading.opened and reading.opened[-1].name == mark:
            reading.close(_MARKS[mark])
        else:
            reading.open(mark)
        return at + len(mark)
    if strict and text[at] in _RESERVED and not (text[at] == ">" and (at == 0 or text[at - 1] == "\n")):
        raise _unreadable(f"Character '{text[at]}' is reserved and must be escaped with the preceding '\\'")
    reading.plain += text[at]
    return at + 1


def _code(reading: _Reading, text: str, at: int, fence: str, kind: str) -> int:
    end = text.find(fence, at + len(fence))
    if end < 0:
        raise _unreadable(f"Can't find end of {kind.capitalize()} entity at byte offset {reading.place(at)}")
    reading.open(kind)
    reading.plain += re.sub(r"\\([`\\])", r"\1", text[at + len(fence) : end]).removeprefix(
        "\n" if kind == "pre" else ""
    )
    reading.close(kind)
    return end + len(fence)


def _unreadable(words: str) -> Exception:
    return bad_request(f"can't parse entities: {words}")
