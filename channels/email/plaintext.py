"""The text part of a letter, made from its HTML: paragraphs, lists, headings, and links with their targets."""

import re
from html.parser import HTMLParser

BLOCKS = frozenset({"p", "div", "tr", "table", "h1", "h2", "h3", "h4", "ul", "ol", "blockquote", "section"})
SILENT = frozenset({"head", "style", "script", "title"})


def plain_text(page: str) -> str:
    """What a reader without HTML should see; marks of the template language stay as they are."""
    reader = _Reader()
    reader.feed(page)
    lines = [" ".join(line.split()) for line in "".join(reader.out).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._silent = 0
        self._target: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        elif tag == "a":
            self._target = dict(attrs).get("href")
        elif tag == "br":
            self.out.append("\n")
        elif tag == "li":
            self.out.append("\n- ")
        elif tag == "img":
            self.out.append(dict(attrs).get("alt") or "")
        elif tag in BLOCKS:
            self.out.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent -= 1
        elif tag == "a":
            if self._target and not self._target.startswith("#"):
                self.out.append(f" ({self._target})")
            self._target = None
        elif tag in BLOCKS:
            self.out.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.out.append(data)
