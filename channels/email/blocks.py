"""Letters made of blocks: a small JSON tree, turned into MJML once, so that the rest is done as for any other."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from channels.email.marking import marked
from channels.email.protection import MARK
from core.errors import Invalid
from texts import _

WIDTH = 600
ACCENT = "#0b6566"
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
MOST_BLOCKS = 100
FONT = "Arial, Helvetica, sans-serif"

Block = Mapping[str, Any]


def to_mjml(source: str) -> str:
    """MJML for `{"accent": "#rrggbb", "blocks": [{"type": …}, …]}`; raise Invalid naming the block at fault."""
    tree = _read(source)
    accent = str(tree.get("accent") or ACCENT)
    if not COLOUR.fullmatch(accent):
        raise Invalid("letter.bad_colour", where="source", what=accent[:40])
    sections = "\n".join(_section(number, block, accent) for number, block in enumerate(tree["blocks"], start=1))
    return (
        f'<mjml><mj-head><mj-attributes><mj-all font-family="{FONT}" /><mj-text font-size="16px" line-height="1.6" '
        'color="#2b3240" padding="8px 32px" /><mj-section background-color="#ffffff" padding="0" /></mj-attributes>'
        f"<mj-style>a {{ color: {accent}; }}</mj-style></mj-head>"
        f'<mj-body width="{WIDTH}px" background-color="#f1f0ec">{sections}</mj-body></mjml>'
    )


def _read(source: str) -> dict[str, Any]:
    try:
        tree = json.loads(source)
    except ValueError:
        tree = None
    blocks = tree.get("blocks") if isinstance(tree, dict) else None
    if not isinstance(blocks, list) or not blocks:
        raise Invalid("letter.empty", where="source")
    if len(blocks) > MOST_BLOCKS:
        raise Invalid("letter.too_many_blocks", where="source", most=MOST_BLOCKS)
    return dict(tree)


def _section(number: int, block: object, accent: str) -> str:
    kind = block.get("type") if isinstance(block, dict) else None
    draw = DRAWN.get(str(kind))
    if draw is None or not isinstance(block, dict):
        raise Invalid("letter.unknown_block", where="source", number=number, what=str(kind)[:40])
    return draw(block, accent)


def _header(block: Block, accent: str) -> str:
    picture = _picture_tag(block, "180px", "24px 32px 8px") if _text(block, "picture") else ""
    title = (
        f'<mj-text align="center" font-size="28px" line-height="1.25" font-weight="bold" color="#ffffff" '
        f'padding="28px 32px">{_words(block, "title")}</mj-text>'
    )
    return _one(picture + (title if _text(block, "title") else ""), background=accent)


def _body(block: Block, accent: str) -> str:
    align = block.get("align") if block.get("align") in ("left", "center") else "left"
    look = {"large": 'font-size="20px" ', "small": 'font-size="13px" color="#5d6675" '}.get(str(block.get("tone")), "")
    panel = block.get("tone") == "panel"
    text = f'<mj-text {look}align="{align}">{marked(_text(block, "text"), accent)}</mj-text>'
    return _one(text, background="#eef4f3" if panel else "#ffffff", padding="16px 0" if panel else "8px 0")


def _picture(block: Block, _accent: str) -> str:
    return _one(_picture_tag(block, f"{WIDTH}px", "0"))


def _columns(block: Block, accent: str) -> str:
    columns = [one for one in block.get("columns") or [] if isinstance(one, dict)][:3]
    width = f"{WIDTH // max(1, len(columns)) - 24}px"
    drawn = "".join(
        "<mj-column>"
        + (_picture_tag(one, width, "8px 12px") if _text(one, "picture") else "")
        + f'<mj-text padding="8px 16px" font-size="15px">{marked(_text(one, "text"), accent)}</mj-text></mj-column>'
        for one in columns
    )
    return f'<mj-section padding="8px 16px">{drawn or "<mj-column></mj-column>"}</mj-section>'


def _button(block: Block, accent: str) -> str:
    link = _link(_text(block, "link"))
    return _one(
        f'<mj-button href="{link}" background-color="{accent}" color="#ffffff" font-size="16px" font-weight="bold" '
        f'border-radius="6px" inner-padding="14px 28px" padding="16px 32px">{_words(block, "label")}</mj-button>'
    )


def _divider(_block: Block, _accent: str) -> str:
    return _one('<mj-divider border-width="1px" border-color="#dcd9d1" padding="16px 32px" />')


def _social(block: Block, accent: str) -> str:
    links = [one for one in block.get("links") or [] if isinstance(one, dict)]
    style = f"color:{accent};text-decoration:none;font-weight:bold"
    drawn = " &#160;·&#160; ".join(
        f'<a href="{_link(_text(one, "link"))}" style="{style}">{_words(one, "name")}</a>' for one in links
    )
    return _one(f'<mj-text align="center" font-size="14px">{drawn}</mj-text>')


def _footer(block: Block, _accent: str) -> str:
    """Imprint, the letter in the browser and the way out, on the ground of the letter."""
    ways = (("view_url", _("View in the browser")), ("unsubscribe_url", _("Unsubscribe")))
    out = " &#160;·&#160; ".join(
        f'<a href="{{{{ {name} }}}}" style="color:#5d6675">{escape(words)}</a>' for name, words in ways
    )
    text = marked(_text(block, "text"), "#5d6675")
    return _one(
        '<mj-text align="center" font-size="12px" color="#5d6675" padding="20px 32px">'
        f'<div class="imprint">{text}</div>{out}</mj-text>',
        background="#f1f0ec",
    )


DRAWN: dict[str, Callable[[Block, str], str]] = {
    "header": _header,
    "text": _body,
    "picture": _picture,
    "columns": _columns,
    "button": _button,
    "divider": _divider,
    "social": _social,
    "footer": _footer,
}


def _one(inside: str, *, background: str = "#ffffff", padding: str = "0") -> str:
    return (
        f'<mj-section background-color="{background}" padding="{padding}"><mj-column>{inside}</mj-column></mj-section>'
    )


def _picture_tag(block: Block, width: str, padding: str) -> str:
    link = _text(block, "link")
    href = f' href="{_link(link)}"' if link else ""
    source, alt = _link(_text(block, "picture")), _words(block, "alt")
    return f'<mj-image src="{source}" alt="{alt}" width="{width}" padding="{padding}"{href} />'


def _link(address: str) -> str:
    """The address as it stands in an attribute; marks of the template language stay as they are."""
    return _escaped(address.strip())


def _words(block: Block, name: str) -> str:
    return _escaped(_text(block, name))


def _text(block: Block, name: str) -> str:
    value = block.get(name)
    return value if isinstance(value, str) else ""


def _escaped(text: str) -> str:
    places: Sequence[str] = MARK.findall(text)
    pieces = [escape(piece) for piece in MARK.split(text)]
    return "".join(piece + mark for piece, mark in zip(pieces, [*places, ""], strict=True))
