"""Why servers refuse, by families of words: ordered, since a refusal of the sender often quotes the recipient too."""

from core.rules.bounces.wording.abroad import ABROAD, CLOSED_ABROAD
from core.rules.bounces.wording.contents import FORM, SIZE, SPAM, VIRUS
from core.rules.bounces.wording.passing import GREYLISTING, LOOP, RATE, TIME
from core.rules.bounces.wording.recipients import CLOSED, DOMAIN, FULL, LOCKED, REFUSED_RECIPIENT, USER
from core.rules.bounces.wording.senders import AUTHENTICATION, BLOCKED, GROUP, RELAYING, REPUTATION, SENDER

__all__ = ["FAMILIES", "FULL", "LASTING"]

FAMILIES = (
    GREYLISTING,
    LOOP,
    GROUP,
    REFUSED_RECIPIENT,
    FORM,
    AUTHENTICATION,
    RELAYING,
    REPUTATION,
    RATE,
    VIRUS,
    BLOCKED,
    SIZE,
    FULL,
    SENDER,
    SPAM,
    CLOSED,
    LOCKED,
    DOMAIN,
    USER,
    *ABROAD,
    TIME,
)
LASTING = (CLOSED, CLOSED_ABROAD)
"""Of what is said of a mailbox, only this lasts: a full or a locked one may take mail again."""
