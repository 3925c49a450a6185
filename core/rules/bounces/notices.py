"""What a returned mail says about one recipient, before anybody judges it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    FAILURE = "failure"
    COMPLAINT = "complaint"
    AUTOREPLY = "autoreply"


@dataclass(frozen=True, slots=True)
class Notice:
    """`status` is the enhanced code or empty, `code` the SMTP reply's or 0; `stage` the command answered, if told.

    `action` is RFC 3464's (`failed`, `delayed`, …) or empty; `said` are the server's words on one line.
    """

    address: str
    kind: Kind = Kind.FAILURE
    action: str = ""
    status: str = ""
    code: int = 0
    stage: str = ""
    said: str = ""
