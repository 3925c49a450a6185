"""A letter opened as a mail program opens it: parts, headers for people, pictures and links."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from html.parser import HTMLParser

from sandbox.mail.headers import decoded, whole


@dataclass(frozen=True, slots=True)
class Part:
    """Something attached or embedded."""

    number: int
    name: str
    type: str
    content_id: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    headers: list[tuple[str, str]]
    text: str
    html: str
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a letter leads: its pictures and links in their order, and the address of a one-click unsubscribe."""

    pictures: list[str]
    links: list[str]
    unsubscribe: str
    """Empty unless List-Unsubscribe-Post allows one click (RFC 8058)."""


def opened(source: bytes) -> Opened:
    """Never raises: what cannot be decoded is shown as well as it can be."""
    letter = BytesParser(policy=compat32).parsebytes(source)
    texts: dict[str, str] = {}
    parts: list[Part] = []
    for number, part in enumerate(_leaves(letter)):
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and kind not in texts and not _name(part):
            texts[kind] = _text(part)
        else:
            parts.append(_part(number, part))
    headers = [(name, decoded(str(value).encode("utf-8", "surrogateescape"))) for name, value in letter.raw_items()]
    return Opened(headers, texts.get("text/plain", ""), texts.get("text/html", ""), parts)


def ways(source: bytes) -> Ways:
    """Only what readers need: the HTML part and two headers."""
    letter = BytesParser(policy=compat32).parsebytes(source)
    page = next((_text(part) for part in _leaves(letter) if part.get_content_type() == "text/html"), "")
    finder = _Finder()
    # What Python's parser says to a marked section that is none, `<![x[`; what stood before it is found.
    with suppress(AssertionError):
        finder.feed(page)
    unsubscribe = re.search(r"<(https?://[^>]+)>", re.sub(r"\s", "", str(letter.get("List-Unsubscribe", ""))))
    one_click = str(letter.get("List-Unsubscribe-Post", "")).strip().lower() == "list-unsubscribe=one-click"
    return Ways(finder.pictures, finder.links, unsubscribe[1] if unsubscribe and one_click else "")


class _Finder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wanted = {"img": ("src", self.pictures), "a": ("href", self.links), "area": ("href", self.links)}.get(tag)
        if wanted is not None:
            name, found = wanted
            value = dict(attrs).get(name)
            if value:
                found.append(whole(value.strip()))


def _leaves(letter: Message) -> Iterator[Message]:
    """The parts without parts; an enclosed letter counts as one."""
    if letter.get_content_maintype() == "multipart" and letter.is_multipart():
        for part in letter.get_payload():
            if isinstance(part, Message):
                yield from _leaves(part)
    else:
        yield letter


def _content(part: Message) -> bytes:
    if part.is_multipart():
        return b"\r\n".join(inner.as_bytes() for inner in part.get_payload() if isinstance(inner, Message))
    try:
        found = part.get_payload(decode=True)
    except ValueError:
        return b""
    return found if isinstance(found, bytes) else b""


def _text(part: Message) -> str:
    content = _content(part)
    try:
        return whole(content.decode(part.get_content_charset("utf-8"), "replace"))
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _part(number: int, part: Message) -> Part:
    content_id = decoded(str(part.get("Content-ID", "")).encode("utf-8", "replace")).strip("<>")
    kind = part.get_content_type()
    return Part(number, _name(part) or content_id or kind.replace("/", "."), kind, content_id, _content(part))


def _name(part: Message) -> str:
    try:
        return decoded((part.get_filename() or "").encode("utf-8", "replace"))
    except (LookupError, ValueError):
        return ""
