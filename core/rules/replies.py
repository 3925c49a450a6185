"""What a mail server's refusal means for the recipient: read from the stage, the codes and then the words."""

import re
from dataclasses import dataclass
from enum import StrEnum

from core.messages import Deferred, Outcome, Refused
from core.rules.bounces.judging import Judgement, judge
from core.rules.bounces.notices import Notice
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
    judged = judgement(stage, reply)
    if reply.code < 500 or judged.bounce is BounceClass.RATE:
        return Deferred(said=reply.said, bounce=judged.bounce)
    ours = judged.bounce in _OURS or (judged.bounce is BounceClass.UNKNOWN and stage is not Stage.RCPT)
    reason = Reason.RELAY_REFUSED if ours else Reason.RECIPIENT_SERVER_REFUSED
    return Refused(reason, said=reply.said, bounce=judged.bounce, suppress=judged.suppress)


def judgement(stage: Stage, reply: Reply) -> Judgement:
    """The same judge as for mail that comes back; only a 4xx that asks us to slow down is about our pace."""
    if reply.code < 500 and too_fast(reply):
        return Judgement(BounceClass.RATE, suppress=False, rule="too fast")
    return judge(Notice("", status=reply.status, code=reply.code, stage=_STAGES[stage], said=reply.text))


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
_STAGES = {Stage.MAIL: "mail", Stage.RCPT: "rcpt", Stage.DATA: "data", Stage.BODY: "data"}
