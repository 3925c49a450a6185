"""What Twilio's error codes (https://www.twilio.com/docs/api/errors) mean, in answers and in callbacks."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.messages import Deferred, Outcome, Refused, Unknown
from core.vocabulary import BounceClass as B
from core.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class Meaning:
    """A reason says that it is final for this recipient; none, that it may be tried again."""

    reason: Reason | None
    bounce: B
    halts: bool = False
    """The account itself is at fault: nobody can be sent to."""


MEANINGS: Mapping[int, Meaning] = {
    20003: Meaning(None, B.SENDER, halts=True),
    20005: Meaning(None, B.SENDER, halts=True),
    20429: Meaning(None, B.RATE),
    21211: Meaning(Reason.INVALID_ADDRESS, B.ADDRESS),
    21217: Meaning(Reason.INVALID_ADDRESS, B.ADDRESS),
    21408: Meaning(Reason.COUNTRY_NOT_ENABLED, B.SENDER),
    21603: Meaning(Reason.RELAY_REFUSED, B.SENDER),
    21606: Meaning(Reason.RELAY_REFUSED, B.SENDER),
    21610: Meaning(Reason.OPTED_OUT_BY_KEYWORD, B.COMPLAINT),
    21612: Meaning(Reason.COUNTRY_NOT_ENABLED, B.SENDER),
    21614: Meaning(Reason.NOT_A_MOBILE, B.ADDRESS),
    21617: Meaning(Reason.RELAY_REFUSED, B.CONTENT),
    21620: Meaning(Reason.RELAY_REFUSED, B.CONTENT),
    30001: Meaning(None, B.RATE),
    30002: Meaning(None, B.SENDER, halts=True),
    30003: Meaning(None, B.TRANSIENT),
    30004: Meaning(Reason.RECIPIENT_SERVER_REFUSED, B.MAILBOX),
    30005: Meaning(Reason.INVALID_ADDRESS, B.ADDRESS),
    30006: Meaning(Reason.NOT_A_MOBILE, B.ADDRESS),
    30007: Meaning(Reason.CARRIER_FILTERED, B.CONTENT),
    30008: Meaning(None, B.TRANSIENT),
    63016: Meaning(Reason.REPLY_WINDOW_CLOSED, B.CONTENT),
    63018: Meaning(None, B.RATE),
    63019: Meaning(Reason.RELAY_REFUSED, B.CONTENT),
}


def meaning(code: int) -> Meaning:
    """A code that is not in the table is a refusal of this message, and speaks against nobody's number."""
    return MEANINGS.get(code) or Meaning(Reason.RELAY_REFUSED, B.UNKNOWN)


def outcome(status: int, code: int, said: str) -> Outcome:
    """What an answer other than 2xx and other than a halt makes of its message.

    A 5xx came after the request had left: Twilio may have taken the message all the same.
    """
    if status >= 500:
        return Unknown(said)
    meant = meaning(code)
    if meant.reason is None:
        return Deferred(said, bounce=meant.bounce)
    return Refused(meant.reason, said, meant.bounce)
