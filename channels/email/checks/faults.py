"""Every fault of a finished letter, each with its place, by the rules that mail programs make."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

CONTENT_WIDTH = 600
WIDEST = 640
CLIPPED_BYTES = 100 * 1024
"""Gmail shows no more than about 102 kB of a letter."""
IMPRINT = re.compile(r"class=\"imprint\"|\bimprint\b|\bimpressum\b", re.IGNORECASE)
PIXELS = re.compile(r"(?:^|;)\s*width\s*:\s*(\d+)(?:\.\d+)?px", re.IGNORECASE)
MENDABLE = frozenset(
    {
        "picture_without_width",
        "picture_too_wide",
        "picture_without_alt",
        "no_unsubscribe_link",
        "no_imprint",
        "insecure_link",
        "no_text_part",
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """`place` names what is at fault: a picture's address, a link, the number of a line."""

    code: str
    place: str = ""
    params: dict[str, object] = field(default_factory=dict)

    @property
    def mendable(self) -> bool:
        return self.code in MENDABLE


def check(page: str | None, plain: str, links: list[str], *, imprint: str | None) -> list[Fault]:
    """All faults of a compiled letter; `links` are its targets by number, as the letter names them."""
    found: list[Fault] = []
    if page is not None:
        reader = _Reader()
        reader.feed(page)
        found += reader.faults
        size = len(page.encode())
        if size > CLIPPED_BYTES:
            found.append(Fault("too_large", params={"kilobytes": size // 1024, "most": CLIPPED_BYTES // 1024}))
        if not plain.strip():
            found.append(Fault("no_text_part"))
    whole = f"{page or ''}\n{plain}"
    if "unsubscribe_url" not in (page if page is not None else plain):
        found.append(Fault("no_unsubscribe_link"))
    if not IMPRINT.search(whole) and not (imprint and _squeezed(imprint)[:40] in _squeezed(whole)):
        found.append(Fault("no_imprint" if imprint else "imprint_unknown"))
    return [*found, *_links(links)]


def _squeezed(text: str) -> str:
    return re.sub(r"<[^>]*>|\s+", "", text)


def _links(links: list[str]) -> Iterator[Fault]:
    for link in dict.fromkeys(links):
        plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "x", link)
        try:
            parts = urlsplit(plain)
        except ValueError:
            parts = None
        if parts is None or "." not in (parts.hostname or "") or " " in plain:
            yield Fault("broken_link", link)
        elif parts.scheme != "https":
            yield Fault("insecure_link", link)


class _Reader(HTMLParser):
    """Meets every tag once and notes what is wrong with it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[Fault] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "img" and "open_url" not in given.get("src", ""):
            self._picture(given)
        elif tag in ("table", "td", "div"):
            self._content(tag, given)
        elif tag == "a" and "href" in given:
            self._target(given["href"].strip())

    def _picture(self, given: dict[str, str]) -> None:
        place = given.get("src", "")[:200]
        width = given.get("width", "")
        if not width.isdigit():
            self.faults.append(Fault("picture_without_width", place))
        elif int(width) > WIDEST:
            self.faults.append(Fault("picture_too_wide", place, {"width": int(width), "most": CONTENT_WIDTH}))
        if "alt" not in given:
            self.faults.append(Fault("picture_without_alt", place))
        if place.startswith("http://"):
            self.faults.append(Fault("insecure_link", place))

    def _content(self, tag: str, given: dict[str, str]) -> None:
        in_style = PIXELS.search(given.get("style", ""))
        width = given.get("width", "").removesuffix("px") if tag != "div" else ""
        pixels = int(width) if width.isdigit() else int(in_style[1]) if in_style else 0
        if pixels > WIDEST:
            self.faults.append(Fault("content_too_wide", f"<{tag}>", {"width": pixels, "most": WIDEST}))

    def _target(self, target: str) -> None:
        if target in ("", "#") or not (target.startswith(("{{", "#", "mailto:", "tel:", "sms:")) or ":" in target):
            self.faults.append(Fault("broken_link", target or "–"))
