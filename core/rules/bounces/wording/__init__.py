"""Why servers refuse, by families of words: ordered, since a refusal of the sender often quotes the recipient too."""

from core.rules.bounces.wording.abroad import ABROAD, CLOSED_ABROAD
from core.rules.bounces.wording.contents import FORM, POLICY, SIZE, SPAM, VIRUS
from core.rules.bounces.wording.passing import GREYLISTING, LOOP, RATE, TIME
from core.rules.bounces.wording.recipients import CLOSED, DOMAIN, FULL, LOCKED, NOT_FOUND, REFUSED_RECIPIENT, USER
from core.rules.bounces.wording.senders import AUTHENTICATION, BLOCKED, GROUP, REFUSED, RELAYING, REPUTATION, SENDER

__all__ = ["FAMILIES", "FULL", "LASTING", "VAGUE"]

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
    POLICY,
    SENDER,
    SPAM,
    CLOSED,
    LOCKED,
    DOMAIN,
    USER,
    *ABROAD,
    TIME,
)
VAGUE = (NOT_FOUND, REFUSED)
"""Heard only where no code says more, and nobody is counted out for it: of whom or what they speak stays open."""
LASTING = (CLOSED, CLOSED_ABROAD)
"""Of what is said of a mailbox, only this lasts: a full or a locked one may take mail again."""
