"""What a mail server's refusal means for the recipient: read from the stage, the codes and then the words."""

import re
from dataclasses import dataclass
from enum import StrEnum

from core.messages import Deferred, Outcome, Refused
from core.vocabulary import BounceClass, Reason

SAID_LIMIT = 500


class Stage(StrEnum):
    """What the server was answering (RFC 5321, section 3.3); `body` is the answer to the last dot."""

    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole reply. `status` is the enhanced code `5.1.1` (RFC 2034, 3463) or empty; `text` is one clean line."""

    code: int
    status: str
    text: str

    @property
    def said(self) -> str:
        return " ".join(part for part in (str(self.code), self.status, self.text) if part)[:SAID_LIMIT]


def read(line: bytes) -> Reply:
    """Read `550 5.1.1 No such user`, already joined to one line; control characters become blanks."""
    text = clean(line[4:].decode("utf-8", "replace"))
    status = _STATUS.match(text)
    if status is None:
        return Reply(int(line[:3]), "", text[:SAID_LIMIT])
    return Reply(int(line[:3]), status[1], " ".join(_STATUS.sub("", text).split())[:SAID_LIMIT])


def clean(text: str) -> str:
    """One line without control characters, so that it can be stored and shown anywhere."""
    return " ".join(_CONTROL.sub(" ", text).split())


def verdict(stage: Stage, reply: Reply) -> Outcome:
    """Refused for a lasting refusal, Deferred for a passing one; too fast is passing, whatever the code says."""
    bounce = bounce_class(stage, reply)
    if reply.code < 500 or bounce is BounceClass.RATE:
        return Deferred(said=reply.said, bounce=bounce)
    ours = bounce in _OURS or (bounce is BounceClass.UNKNOWN and stage is not Stage.RCPT)
    return Refused(Reason.RELAY_REFUSED if ours else Reason.RECIPIENT_SERVER_REFUSED, said=reply.said, bounce=bounce)


def bounce_class(stage: Stage, reply: Reply) -> BounceClass:
    """The class of a 4xx or 5xx reply; in doubt `unknown`, since `address` and `domain` cost a recipient for ever."""
    if reply.code < 500 and reply.status[:3] != "4.2":
        return BounceClass.RATE if too_fast(reply) else BounceClass.TRANSIENT
    words = _by_words(reply.text)
    if words is not None:
        return words
    if stage is Stage.MAIL:
        return BounceClass.CONTENT if reply.code == 552 else BounceClass.SENDER
    return _STATUSES.get(reply.status[2:]) or _by_subject(reply) or _by_code(stage, reply)


def too_fast(reply: Reply) -> bool:
    """Whether the server asks us to slow down: 421, 4.7.x, or words; not greylisting nor a shutdown (4.3.x)."""
    if _NOT_ABOUT_RATE.search(reply.text):
        return False
    if _RATE.search(reply.text):
        return True
    return reply.status.startswith("4.7.") or (reply.code == 421 and not reply.status.startswith("4.3."))


def needs_a_person(reply: Reply) -> bool:
    """Whether the server will take nothing from us until somebody mends login or encryption (RFC 4954, section 6)."""
    return reply.code in (530, 534, 535, 538)


def _by_words(text: str) -> BounceClass | None:
    return next((bounce for words, bounce in _WORDS if words.search(text)), None)


def _by_subject(reply: Reply) -> BounceClass | None:
    return _SUBJECTS.get(reply.status[2:4])


def _by_code(stage: Stage, reply: Reply) -> BounceClass:
    if stage is Stage.RCPT:
        return BounceClass.MAILBOX if reply.code == 552 else BounceClass.UNKNOWN
    return BounceClass.CONTENT if reply.code in (552, 554) else BounceClass.UNKNOWN


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_STATUS = re.compile(r"(?<!\S)([245]\.\d{1,3}\.\d{1,3})(?=\s|$)")
_OURS = frozenset({BounceClass.SENDER, BounceClass.CONTENT, BounceClass.RATE})
_NOT_ABOUT_RATE = _words(r"gr[ea]y-?list|relay access denied")
"""4.7.1 too, but about one recipient: Postfix's `defer_unauth_destination` says the second."""
_RATE = _words(
    r"too (many (?!hops)|fast|much mail)|rate.?limit|frequency limit|throttl|slow down"
    r"|(sending|hourly|daily|message) (limit|quota) |quota exceeded for sending|limit (was )?exceeded for"
)
_WORDS = (
    (
        _words(r"relay(ing)? (access )?(is )?(denied|not (allowed|permitted))|not permitted to relay"),
        BounceClass.SENDER,
    ),
    (_words(r"\bspam|\bvirus|unsolicited|malware|\bcontent (rejected|refused|denied)"), BounceClass.CONTENT),
    (
        _words(
            r"\bSPF\b|\bDKIM\b|\bDMARC\b|block ?list|black ?list|reputation|sender (address )?(rejected|denied)|\bPTR\b"
        ),
        BounceClass.SENDER,
    ),
    (_RATE, BounceClass.RATE),
    (_words(r"(mailbox|quota|inbox).{0,30}(full|exceeded)|over ?quota|out of storage"), BounceClass.MAILBOX),
    (_words(r"(mailbox|account|user).{0,30}(disabled|inactive|suspended|locked|frozen)"), BounceClass.MAILBOX),
    (
        _words(
            r"(user|recipient|mailbox|address|account).{0,40}(unknown|not exist|not found|no longer (exist|valid))"
            r"|(unknown|no such|invalid) (user|recipient|mailbox|address|account|local)|no mailbox here"
            r"|not our (user|customer)|doesn't have an? [\w.]+ account"
        ),
        BounceClass.ADDRESS,
    ),
    (
        _words(
            r"(domain|host).{0,30}(not found|not exist)|no such (domain|host)|unrouteable"
            r"|\bhost (unknown|does not accept mail)"
        ),
        BounceClass.DOMAIN,
    ),
)
"""In this order: a refusal for policy often quotes the recipient too, and must never cost them their place."""
_STATUSES = {
    "1.1": BounceClass.ADDRESS,
    "1.2": BounceClass.DOMAIN,
    "1.3": BounceClass.ADDRESS,
    "1.6": BounceClass.ADDRESS,
    "1.7": BounceClass.SENDER,
    "1.8": BounceClass.SENDER,
    "1.10": BounceClass.DOMAIN,
    "2.3": BounceClass.CONTENT,
    "3.4": BounceClass.CONTENT,
    "4.4": BounceClass.DOMAIN,
    "4.5": BounceClass.RATE,
    "7.13": BounceClass.MAILBOX,
    "7.28": BounceClass.RATE,
}
"""Subject and detail of an enhanced status code, as registered with IANA (RFC 5248)."""
_SUBJECTS = {"2.": BounceClass.MAILBOX, "6.": BounceClass.CONTENT, "7.": BounceClass.SENDER}
