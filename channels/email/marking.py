"""The few marks of a text block: paragraphs, headings, lists, bold, italic and links, and nothing else."""

import re
from html import escape

from channels.email.protection import MARK

LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)\)")
BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
ITALIC = re.compile(r"(?<!\*)\*([^*\n]+)\*(?!\*)")
STAND_IN = re.compile("\ue000(\\d+)\ue001")


def marked(text: str, accent: str) -> str:
    """HTML of the text: `# ` begins a heading, `- ` a list, `**bold**`, `*italic*`, `[label](address)`."""
    marks: list[str] = []

    def kept(found: re.Match[str]) -> str:
        marks.append(found[0])
        return f"\ue000{len(marks) - 1}\ue001"

    safe = escape(MARK.sub(kept, text.replace("\r\n", "\n")))
    paragraphs = [_paragraph(one, accent) for one in re.split(r"\n{2,}", safe.strip()) if one.strip()]
    return STAND_IN.sub(lambda found: marks[int(found[1])], "".join(paragraphs))


def _paragraph(text: str, accent: str) -> str:
    lines = text.split("\n")
    if lines[0].startswith("# "):
        rest = "\n".join(lines[1:]).strip()
        head = f'<h2 style="margin:12px 0 8px;font-size:22px;line-height:1.3">{_inline(lines[0][2:], accent)}</h2>'
        return head + (_paragraph(rest, accent) if rest else "")
    if all(line.startswith("- ") for line in lines):
        items = "".join(f"<li>{_inline(line[2:], accent)}</li>" for line in lines)
        return f'<ul style="margin:0 0 12px;padding-left:22px">{items}</ul>'
    return f'<p style="margin:0 0 12px">{_inline("<br>".join(lines), accent)}</p>'


def _inline(text: str, accent: str) -> str:
    text = LINK.sub(lambda found: f'<a href="{found[2]}" style="color:{accent}">{found[1]}</a>', text)
    return ITALIC.sub(r"<em>\1</em>", BOLD.sub(r"<strong>\1</strong>", text))
