"""Mending a letter's source by one press: widths, alternative text, secure addresses, imprint and the way out."""

import json
import re
from html import escape
from urllib.parse import urlsplit

from channels.email.checks.faults import CONTENT_WIDTH, PIXELS
from core.vocabulary import TemplateKind

PICTURE = re.compile(r"<(img|mj-image)\b([^<>]*?)(\s*/?)>", re.IGNORECASE)
WIDTH = re.compile(r"\swidth\s*=\s*[\"']?([^\"'\s>]*)[\"']?", re.IGNORECASE)
STYLED = re.compile(r"((?:\sstyle=[\"'](?:[^\"']*;)?)\s*)width\s*:\s*\d+(?:\.\d+)?px", re.IGNORECASE)
ALT = re.compile(r"\salt\s*=", re.IGNORECASE)
BODY_END = re.compile(r"</(?:body|mj-body)\s*>", re.IGNORECASE)
INSECURE = re.compile(r"http://([^\s/\"'<>)\\]+)")
SMALL = "font:12px/1.5 Arial,sans-serif;color:#5d6675;text-align:center"


def mend(kind: str, source: str, imprint: str | None) -> str:
    """The source without what can be mended in it.

    An address becomes https where the letter names the same host with https elsewhere. A picture gets the width that
    its style gives it, else the letter's; one without words for it is taken for decoration. What has no fault comes
    back as it was.
    """
    hosts = {urlsplit(link).netloc.lower() for link in re.findall(r"https://[^\s\"'<>)\\]+", source)}
    source = INSECURE.sub(
        lambda found: found[0].replace("http:", "https:") if found[1].lower() in hosts else found[0], source
    )
    if kind == TemplateKind.BLOCKS:
        return _blocks(source, imprint)
    if kind in (TemplateKind.HTML, TemplateKind.MJML):
        source = PICTURE.sub(_picture, source)
    return _with_imprint(kind, source, imprint)


def _picture(found: re.Match[str]) -> str:
    name, rest, end = found[1], found[2], found[3]
    if name.lower() == "img":
        given = WIDTH.search(rest)
        number = re.match(r"\d+", given[1]) if given and not given[1].endswith("%") else None
        styled = PIXELS.search(rest.replace('style="', ";").replace("style='", ";"))
        width = int(number[0]) if number else int(styled[1]) if styled else CONTENT_WIDTH
        width = max(1, min(width, CONTENT_WIDTH))
        rest = STYLED.sub(rf"\g<1>width:100%;max-width:{width}px", rest, count=1)
        rest = WIDTH.sub(f' width="{width}"', rest, count=1) if given else f'{rest} width="{width}"'
    if not ALT.search(rest):
        rest += ' alt=""'
    return f"<{name}{rest}{end}>"


def _blocks(source: str, imprint: str | None) -> str:
    tree = json.loads(source)
    blocks = tree.get("blocks", [])
    footer = next((one for one in blocks if one.get("type") == "footer"), None)
    if footer is None:
        footer = {"type": "footer", "text": ""}
        blocks.append(footer)
    if imprint and not str(footer.get("text", "")).strip():
        footer["text"] = imprint
    return json.dumps(tree, ensure_ascii=False, indent=1)


def _with_imprint(kind: str, source: str, imprint: str | None) -> str:
    squeezed = re.sub(r"<[^>]*>|\s+", "", source)
    if not imprint or re.sub(r"\s+", "", imprint)[:40] in squeezed or 'class="imprint"' in source:
        return source
    if kind == TemplateKind.TEXT:
        return f"{source.rstrip()}\n\n{imprint}\n"
    words = escape(imprint).replace("\n", "<br>")
    footer = f'<p class="imprint" style="{SMALL}">{words}</p>'
    if kind == TemplateKind.MJML:
        footer = f"<mj-section><mj-column><mj-text>{footer}</mj-text></mj-column></mj-section>"
    end = BODY_END.search(source)
    return f"{source}\n{footer}\n" if end is None else f"{source[: end.start()]}{footer}\n{source[end.start() :]}"
