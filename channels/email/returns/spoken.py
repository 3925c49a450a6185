"""Whether a person's answer asks to be written to no more: nothing but such words, in the subject or at the top."""

import re

from core.rules.keywords import Keyword, keyword

_ASKING = re.compile(
    r"(please |bitte |s'il vous pla.t |por favor )*"
    r"(unsubscribe( me)?( please)?|remove me( from (this|your|the) (mailing )?list)?( please)?|take me off.{0,40}"
    r"|opt.?out|(newsletter )?(abmelden|abbestellen|austragen)|keine (e-?mails|newsletter) mehr.{0,20}"
    r"|(me )?d.sinscri(re|vez(-moi)?)|d.sabonner|darme? de baja|cancelar (la )?suscripci.n|disiscriv\w+|uitschrijven"
    r"|afmelden|配信停止|退会)"
)
_QUOTE = re.compile(
    r"^\s*(>|-{2,}|_{5,}|on .{5,120} wrote:|am .{5,120} schrieb|le .{5,120} a .crit|from: |von: )", re.I
)
_PREFIX = re.compile(r"^(\s*(re|aw|fwd?|wg|antw)\s*:\s*)+", re.IGNORECASE)


def asks_to_leave(subject: str, text: str) -> bool:
    """The subject alone, where it is not that of our letter, or the first line that the person wrote."""
    first = next(iter(_own_lines(text)), "")
    alone = _PREFIX.match(subject) is None and _is_asking(subject)
    return alone or _is_asking(first)


def _own_lines(text: str) -> list[str]:
    lines = []
    for line in text[:4000].splitlines():
        if _QUOTE.match(line):
            break
        if line.strip():
            lines.append(line.strip())
    return lines


def _is_asking(line: str) -> bool:
    plain = " ".join(line.strip().strip(".!?*-\"'").casefold().split())
    return keyword(line) is Keyword.STOP or _ASKING.fullmatch(plain) is not None
