"""A text that has become too long by what was filled in: cut where Telegram counts, with every tag closed."""

from html import unescape
from html.parser import HTMLParser

LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024
"""In UTF-16 code units, without the markup (https://core.telegram.org/bots/api#sendmessage)."""
MORE = "…"


def cut(text: str, longest: int, *, html: bool) -> str:
    """The text, or as much of its beginning as may be shown."""
    if units(text) <= longest:
        return text
    if not html:
        return _beginning(text, longest - 1) + MORE
    whole = _Cutter(longest)
    whole.feed(text)
    whole.close()
    if not whole.full:
        return text
    part = _Cutter(longest - 1)
    part.feed(text)
    part.close()
    return "".join(part.kept) + MORE + "".join(f"</{tag}>" for tag in reversed(part.open))


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _beginning(text: str, room: int) -> str:
    """Never half of a character that takes two units."""
    return text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", "ignore")


class _Cutter(HTMLParser):
    """Keeps tags and text until there is no room; what comes after that is gone."""

    def __init__(self, room: int) -> None:
        super().__init__(convert_charrefs=False)
        self._room = room
        self.kept: list[str] = []
        self.open: list[str] = []
        self.full = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base class's
        if not self.full:
            self.kept.append(self.get_starttag_text() or "")
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.full and self.open:
            self.open.pop()
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._take(data, data)

    def handle_entityref(self, name: str) -> None:
        self._take(unescape(f"&{name};"), f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._take(unescape(f"&#{name};"), f"&#{name};")

    def _take(self, shown: str, written: str) -> None:
        if self.full:
            return
        if units(shown) <= self._room:
            self._room -= units(shown)
            self.kept.append(written)
            return
        self.full = True
        if shown == written:
            self.kept.append(_beginning(shown, self._room))
