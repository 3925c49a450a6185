"""What a returned mail says about one recipient, before anybody judges it."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    FAILURE = "failure"
    COMPLAINT = "complaint"
    AUTOREPLY = "autoreply"


class Standing(StrEnum):
    """What became of the letter, the mildest first."""

    DELIVERED = "delivered"
    DELAYED = "delayed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Notice:
    """`status` is the enhanced code or empty, `code` the SMTP reply's or 0; `stage` the command answered, if told.

    `action` is RFC 3464's (`failed`, `delayed`, …), of a complaint the report's type (`abuse`, …), or empty; `said` are
    the server's words on one line.
    """

    address: str
    kind: Kind = Kind.FAILURE
    action: str = ""
    status: str = ""
    code: int = 0
    stage: str = ""
    said: str = ""


def standing(notice: Notice) -> Standing:
    """By the action that a report names (RFC 3464, section 2.3.3); else by words that promise to go on trying."""
    if notice.action in ("delivered", "relayed", "expanded"):
        return Standing.DELIVERED
    if notice.action == "delayed" or (notice.action != "failed" and _STILL_TRIED.search(notice.said)):
        return Standing.DELAYED
    return Standing.FAILED


_STILL_TRIED = re.compile(
    r"(will|shall) (keep|continue|retry|be (re)?tried|try)|still being (re)?tried|delivery attempts? will (be|continue)"
    r"|do not need to resend|no action is required|this is a warning message only|message will be retried"
    r"|(wird|werden) weiter (versucht|zugestellt)|zustellung wird fortgesetzt|(encore|continuera)\w* essay",
    re.IGNORECASE,
)
