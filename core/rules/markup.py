"""The few tags that a messenger shows: whether a text keeps to them, and how long it is without them."""

from collections.abc import Collection
from html.parser import HTMLParser

from core.errors import Invalid


def visible_length(text: str, allowed: Collection[str]) -> int:
    """Characters in UTF-16, as Telegram counts them; raise Invalid (`markup.…`) with the line of what may not be."""
    reader = _Reader(allowed)
    reader.feed(text)
    reader.close()
    if reader.open:
        raise Invalid("markup.not_closed", what=reader.open[-1], line=reader.getpos()[0])
    return reader.length


class _Reader(HTMLParser):
    def __init__(self, allowed: Collection[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._allowed = allowed
        self.open: list[str] = []
        self.length = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base class's
        if tag not in self._allowed:
            raise Invalid("markup.unknown_tag", what=tag, line=self.getpos()[0])
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Invalid("markup.not_open", what=tag, line=self.getpos()[0])

    def handle_data(self, data: str) -> None:
        self.length += len(data.encode("utf-16-le")) // 2
