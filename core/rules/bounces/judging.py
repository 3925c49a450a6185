"""One notice to one class: stage first, then the server's words, then its codes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.rules.bounces.notices import Kind, Notice
from core.rules.bounces.wording import FAMILIES, FULL, LASTING, VAGUE
from core.rules.bounces.wording.families import Family
from core.vocabulary import BounceClass as B

HEARD = 2000
"""Characters: no server needs more to say why, and a hostile one shall not keep us busy."""


@dataclass(frozen=True, slots=True)
class Judgement:
    bounce: B
    suppress: bool
    rule: str


def judge(notice: Notice) -> Judgement:
    """Suppress only what lasts and is the recipient's; sender, content and pace cost nobody their place."""
    if notice.kind is Kind.COMPLAINT:
        return Judgement(B.COMPLAINT, notice.action not in _NO_WISH, f"feedback:{notice.action or 'report'}")
    if notice.kind is Kind.AUTOREPLY:
        return Judgement(B.AUTOREPLY, suppress=False, rule="kind:autoreply")
    bounce, rule = _class_of(notice)
    return Judgement(bounce, _suppresses(notice, bounce, rule), rule)


def _class_of(notice: Notice) -> tuple[B, str]:
    if notice.stage == "mail":
        words = _by_words(notice.said)
        return words if words and words[0] not in (B.ADDRESS, B.DOMAIN, B.MAILBOX) else (B.SENDER, "stage:mail")
    decisive = _DECISIVE.get(notice.status.partition(".")[2])
    if decisive is not None:
        return decisive, f"status:{notice.status}"
    return _by_words(notice.said) or _by_status(notice) or _by_words(notice.said, VAGUE) or _by_code(notice)


def _by_words(said: str, families: Sequence[Family] = FAMILIES) -> tuple[B, str] | None:
    plain = _plain(said)
    return next(((one.bounce, f"words:{one.name}") for one in families if one.words.search(plain)), None)


def _plain(said: str) -> str:
    """Without the words of addresses, of pages of advice, and of the relay that says who said something."""
    said = said[:HEARD]
    return _RELAY.sub("", _ADDRESSES.sub("@", _PATHS.sub(r"\1", said))).replace("_", " ").lower()


def _by_status(notice: Notice) -> tuple[B, str] | None:
    """By subject and detail as registered with IANA (RFC 5248); x.0.0 and 5.5.x say nothing of whose fault it is."""
    kind, _, detail = notice.status.partition(".")
    bounce = _STATUSES.get(detail) or _SUBJECTS.get(detail[:2])
    if bounce is None:
        return (B.TRANSIENT, f"status:{notice.status}") if kind == "4" else None
    if kind == "4" and (bounce in (B.ADDRESS, B.SENDER, B.CONTENT) or detail == "2.0"):
        bounce = B.TRANSIENT
    return bounce, f"status:{notice.status}"


def _by_code(notice: Notice) -> tuple[B, str]:
    if 400 <= notice.code < 500 or notice.action == "delayed":
        return B.TRANSIENT, f"code:{notice.code or notice.action}"
    if notice.code == 552:
        return B.MAILBOX, "code:552"
    if notice.code in (550, 551, 553) and notice.stage == "rcpt":
        return B.UNKNOWN, f"code:{notice.code}"
    return B.UNKNOWN, "nothing known"


def _suppresses(notice: Notice, bounce: B, rule: str) -> bool:
    if _passes(notice) or rule in _UNSURE:
        return False
    if bounce is B.MAILBOX:
        plain = _plain(notice.said)
        return rule != f"words:{FULL.name}" and any(one.words.search(plain) for one in LASTING)
    contradicted = notice.stage == "data" or (bounce is B.ADDRESS and _NOT_THE_ADDRESS.match(notice.status))
    return bounce in (B.ADDRESS, B.DOMAIN) and not contradicted


def _passes(notice: Notice) -> bool:
    """Whether it was not refused for good: by the report, by the code, or by the words."""
    if notice.action in ("delayed", "delivered", "relayed", "expanded") or _PASSING.search(notice.said):
        return True
    return notice.status.startswith("4") or (not notice.status and 400 <= notice.code < 500)


_NO_WISH = ("auth-failure", "dmarc")
"""Reports of a check that failed (RFC 6591): nobody complained."""
_UNSURE = {f"words:{one.name}" for one in VAGUE}
_PATHS = re.compile(r"(https?://[^\s/]{1,200})/\S*")
"""What pages of advice are called says nothing of this refusal; whose they are may."""
_ADDRESSES = re.compile(r"[^\s<>@(\"']{1,128}@[\w.-]{1,200}")
"""An address may hold any word of ours; where it stood is told by `@`."""
_RELAY = re.compile(
    r"(remote )?\bhost\b.{0,100}? said:|giving up on \S+|did(n't| not) like our (RCPT TO|DATA|MAIL FROM):",
    re.IGNORECASE,
)
_PASSING = re.compile(r"verification in progress|deferred|gr[ea]y-?list|try again later|temporar(y|ily)", re.IGNORECASE)
_DECISIVE = {"7.13": B.MAILBOX} | {f"7.{detail}": B.SENDER for detail in range(20, 28)}
"""Codes of one meaning (RFC 5248, 7372), which words like "recipient rejected" around them only blur."""
_STATUSES = {
    "1.0": B.ADDRESS,
    "1.1": B.ADDRESS,
    "1.2": B.DOMAIN,
    "1.3": B.ADDRESS,
    "1.4": B.ADDRESS,
    "1.6": B.ADDRESS,
    "1.7": B.SENDER,
    "1.8": B.SENDER,
    "1.9": B.SENDER,
    "1.10": B.DOMAIN,
    "2.3": B.CONTENT,
    "2.4": B.TRANSIENT,
    "3.4": B.CONTENT,
    "4.0": B.TRANSIENT,
    "4.1": B.TRANSIENT,
    "4.2": B.TRANSIENT,
    "4.3": B.TRANSIENT,
    "4.4": B.DOMAIN,
    "4.5": B.RATE,
    "4.6": B.TRANSIENT,
    "4.7": B.TRANSIENT,
    "7.13": B.MAILBOX,
    "7.28": B.RATE,
}
_SUBJECTS = {"2.": B.MAILBOX, "6.": B.CONTENT, "7.": B.SENDER}
_NOT_THE_ADDRESS = re.compile(r"\d\.([67]\.|4\.(?!1$)|3\.[1-9])")
"""Subjects that contradict words about an address: then the class stands, and the recipient keeps their place.

Not 5.4.1, by which Exchange Online refuses whom the organisation does not know."""
