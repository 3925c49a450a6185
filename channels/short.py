"""Making a short message's final form, once, when it is saved: its variables checked, its links tracked."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from channels.email.protection import Protected
from core.errors import Invalid
from core.ports import PressedLetter
from core.rules.short_messages import URL, beside, mapped
from core.rules.templates import SYSTEM_NAMES, compile_template

ADDRESS = re.compile(r"https?://[^\s<>\"']+")


def make(
    *, source: str, known: Sequence[str], extras: Mapping[str, Any] | None = None, **_of_letters: object
) -> PressedLetter:
    """The final form; raise Invalid with the place of whatever cannot work.

    Nothing is added to the text: how one gets out of it is for the campaign's author to say in so few characters,
    and the words of the channel (STOP, /stop) work in any case.
    """
    if not source.strip() and not beside(extras or {}):
        raise Invalid("letter.empty", where="source")
    names = [*known, *SYSTEM_NAMES]
    required = set(_compiled(source, names, "source"))
    links: list[str] = []
    text = _tracked(source.strip(), links)

    def pressed(name: str, part: str) -> str:
        required.update(_compiled(part, names, "extras"))
        if name != URL or not part.startswith(("http://", "https://")):
            return part
        links.append(part.strip())
        return f"{{{{ click_{len(links) - 1} }}}}"

    rest = mapped(extras or {}, pressed)
    return PressedLetter("", None, text, links, sorted(required & set(known)), rest)


def _compiled(part: str, names: Sequence[str], where: str) -> frozenset[str]:
    try:
        return compile_template(part, names, escape=False).required
    except Invalid as problem:
        raise Invalid(problem.code, **{**problem.params, "where": where}) from None


def _tracked(source: str, links: list[str]) -> str:
    protected = Protected(source)

    def tracked(found: re.Match[str]) -> str:
        address = found[0].rstrip(".,;:!?)")
        links.append(protected.restore(address))
        return f"{{{{ click_{len(links) - 1} }}}}{found[0][len(address) :]}"

    return protected.restore(ADDRESS.sub(tracked, protected.text))
