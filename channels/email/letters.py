"""Making a letter's final form, once, when it is saved: MJML, inlined styles, tracked links, picture, text part."""

import html as entities
import re
from collections.abc import Sequence

import css_inline
from mjml import mjml2html

from channels.email.blocks import to_mjml
from channels.email.fonts import without_remote_fonts
from channels.email.plaintext import plain_text
from channels.email.protection import Protected
from core.errors import Invalid
from core.ports import PressedLetter
from core.rules.templates import SYSTEM_NAMES, compile_template
from texts import _, speaking

PICTURE = '<img src="{{ open_url }}" width="1" height="1" alt="" style="display:block;border:0">'
ANCHOR = re.compile(r'(<a\b[^>]*?\bhref=")([^"]*)(")', re.IGNORECASE)
ADDRESS = re.compile(r"https?://[^\s<>\"']+")
BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)
_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, apply_width_attributes=True, keep_at_rules=True)


def make(
    *, kind: str, language: str, subject: str, source: str, text: str | None, known: Sequence[str]
) -> PressedLetter:
    """The final form; raise Invalid with the place of whatever cannot work.

    A letter without a way to unsubscribe gets one at its end, in its own language.
    """
    names = [*known, *SYSTEM_NAMES]
    if kind == "blocks":
        with speaking(language):
            kind, source = "mjml", to_mjml(source)
    programs = _checked(kind, subject, source, text, names)
    links: list[str] = []
    page = None if kind == "text" else _page(kind, source, language, links)
    if page is not None and text is None:
        plain = plain_text(page.replace(PICTURE, ""))
    else:
        plain = _plain(source if text is None else text, language, links)
    required = sorted({name for program in programs for name in program if name in known})
    return PressedLetter(subject.strip(), page, plain, links, required)


def _checked(kind: str, subject: str, source: str, text: str | None, names: Sequence[str]) -> list[frozenset[str]]:
    if not subject.strip():
        raise Invalid("letter.no_subject", where="subject")
    if not source.strip():
        raise Invalid("letter.empty", where="source")
    parts = [("subject", subject, False), ("source", source, kind != "text"), ("text", text or "", False)]
    found = []
    for where, part, escape in parts:
        try:
            found.append(compile_template(part, names, escape=escape).required)
        except Invalid as problem:
            raise Invalid(problem.code, **{**problem.params, "where": where}) from None
    return found


def _page(kind: str, source: str, language: str, links: list[str]) -> str:
    protected = Protected(source)
    page = _from_mjml(protected.text) if kind == "mjml" else protected.text
    page = without_remote_fonts(_inliner.inline(page))
    page = ANCHOR.sub(lambda found: _tracked(found, protected, links), page)
    page = protected.restore(page)
    if "unsubscribe_url" not in page:
        page = _before_end(page, _footer(language))
    return _before_end(page, PICTURE)


def _from_mjml(source: str) -> str:
    try:
        return str(mjml2html(source, disable_comments=False))
    except Exception as problem:  # noqa: BLE001 - the binding raises its own kinds for every syntax error
        raise Invalid("letter.mjml", where="source", what=str(problem)[:300]) from None


def _tracked(found: re.Match[str], protected: Protected, links: list[str]) -> str:
    target = protected.restore(entities.unescape(found[2])).strip()
    if not target.lower().startswith(("http://", "https://")):
        return found[0]
    links.append(target)
    return f"{found[1]}{{{{ click_{len(links) - 1} }}}}{found[3]}"


def _plain(written: str, language: str, links: list[str]) -> str:
    protected = Protected(written)

    def tracked(found: re.Match[str]) -> str:
        address = found[0].rstrip(".,;:!?)")
        links.append(protected.restore(address))
        return f"{{{{ click_{len(links) - 1} }}}}{found[0][len(address) :]}"

    plain = protected.restore(ADDRESS.sub(tracked, protected.text))
    if "unsubscribe_url" not in plain:
        with speaking(language):
            plain += "\n\n" + _("Unsubscribe") + ": {{ unsubscribe_url }}\n"
    return plain


def _footer(language: str) -> str:
    with speaking(language):
        words = entities.escape(_("Unsubscribe"))
    style = "font:12px/1.5 Arial,sans-serif;color:#6b7280;text-align:center;padding:24px 0"
    return f'<p style="{style}"><a href="{{{{ unsubscribe_url }}}}" style="color:#6b7280">{words}</a></p>'


def _before_end(page: str, addition: str) -> str:
    end = BODY_END.search(page)
    return page + addition if end is None else page[: end.start()] + addition + page[end.start() :]
