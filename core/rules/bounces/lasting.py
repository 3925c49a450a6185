"""Which bounces cost an address its place at once, and which only when they come again and again."""

from core.vocabulary import BounceClass as B

DEAD = (B.ADDRESS, B.DOMAIN)
"""Lasting by their class, where nobody says otherwise."""
MAY_BE_DEAD = (*DEAD, B.MAILBOX)
"""A mailbox is closed for good, or only full or blocked for now: the verdict says which."""
SOFT = (B.MAILBOX, B.TRANSIENT, B.DOMAIN, B.ADDRESS)
"""Counted against an address where a letter came back at last in doubt; `sender`, `content` and `rate` never are."""
SOFT_AT_ONCE = (B.MAILBOX,)
"""The same while our own server is asked: what passes there is its trouble, and says nothing of the recipient."""


def is_dead(bounce: B | None, told: bool | None) -> bool:
    """Whether the address is dead for good; `told` is the verdict on this bounce, None where there is none."""
    return bounce in DEAD if told is None else told and bounce in MAY_BE_DEAD
