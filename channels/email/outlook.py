"""What Word makes of a letter: Outlook on Windows lays mail out with it, and it ignores much of CSS.

It takes the width of pictures and tables from attributes, shows what stands in its conditional comments, and knows
neither `max-width` nor background pictures, round corners, flex boxes or media queries (Microsoft: "Word 2007 HTML and
CSS rendering capabilities in Outlook 2007", which still holds for the versions since).
"""

import re

FOR_WORD = re.compile(r"<!--\[if [^\]]*\bmso\b[^\]]*\]>(.*?)<!\[endif\]-->", re.DOTALL | re.IGNORECASE)
NOT_FOR_WORD = re.compile(r"<!--\[if !mso[^\]]*\]>\s*<!-*>(.*?)<!-*\s*<!\[endif\]-->", re.DOTALL | re.IGNORECASE)
HIDDEN_FROM_WORD = re.compile(r"<!--\[if !mso[^\]]*\]>(.*?)<!\[endif\]-->", re.DOTALL | re.IGNORECASE)
OFFICE = re.compile(r"<xml\b.*?</xml\s*>", re.DOTALL | re.IGNORECASE)
"""Settings for Word itself, which it does not show."""
STYLES = re.compile(r"(<style\b[^>]*>)(.*?)(</style\s*>)", re.DOTALL | re.IGNORECASE)
AT_RULE = re.compile(
    r"@(?:media|supports|font-face|keyframes|import)[^{;]*(?:;|\{(?:[^{}]|\{[^{}]*\})*\})", re.IGNORECASE
)
TAG = re.compile(r"<([a-z][a-z0-9]*)\b([^<>]*)>", re.IGNORECASE)
STYLE = re.compile(r"\sstyle=(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
IGNORED = frozenset(
    {
        "max-width",
        "min-width",
        "max-height",
        "min-height",
        "border-radius",
        "box-shadow",
        "text-shadow",
        "opacity",
        "position",
        "top",
        "right",
        "bottom",
        "left",
        "float",
        "clear",
        "transform",
        "transition",
        "animation",
        "object-fit",
        "background-image",
        "background-size",
        "background-position",
        "flex",
        "flex-direction",
        "flex-wrap",
        "align-items",
        "justify-content",
        "gap",
        "order",
        "grid",
        "grid-template-columns",
        "overflow",
    }
)
WITHOUT_PADDING = ("a", "div", "p", "span", "img")
"""Word pads cells of tables alone."""
WITHOUT_WIDTH = ("div", "p", "span", "a", "img")
"""It sizes tables and their cells by CSS, and pictures by their attribute."""


def as_word_shows(page: str) -> str:
    """The page as Word-based Outlook would lay it out, as far as its rules are known."""
    page = NOT_FOR_WORD.sub("", page)
    page = HIDDEN_FROM_WORD.sub("", page)
    page = OFFICE.sub("", FOR_WORD.sub(r"\1", page))
    page = STYLES.sub(lambda found: found[1] + _sheet(found[2]) + found[3], page)
    return TAG.sub(_tag, page)


def _sheet(style: str) -> str:
    return re.sub(r"\{([^{}]*)\}", lambda found: "{" + _kept(found[1], "") + "}", AT_RULE.sub("", style))


def _tag(found: re.Match[str]) -> str:
    name, rest = found[1].lower(), found[2]
    style = STYLE.search(rest)
    if style is not None:
        quote = style[1][0]
        rest = rest.replace(style[0], f" style={quote}{_kept(style[1][1:-1], name)}{quote}", 1)
    return f"<{found[1]}{rest}>"


def _kept(declarations: str, tag: str) -> str:
    kept = (one.strip() for one in declarations.split(";") if one.strip() and not _is_ignored(one, tag))
    return ";".join(one.replace("mso-padding-alt", "padding") for one in kept)


def _is_ignored(declaration: str, tag: str) -> bool:
    name, _, value = (part.strip().lower() for part in declaration.partition(":"))
    if name in IGNORED or "calc(" in value or (name == "background" and "url(" in value):
        return True
    if name == "display" and ("flex" in value or "grid" in value or (tag == "a" and value == "inline-block")):
        return True
    if name.startswith("padding") and tag in WITHOUT_PADDING:
        return True
    return name in ("width", "height") and tag in WITHOUT_WIDTH
