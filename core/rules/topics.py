"""What a topic of interest may be called, and how a consent names it."""

import re

from core.errors import Invalid

KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")
LONGEST = 80
PREFIX = "topic:"


def check(key: str, *names: str) -> None:
    """Raise Invalid (`topic.bad_key`, `topic.bad_name`) naming what cannot be."""
    if not KEY.fullmatch(key):
        raise Invalid("topic.bad_key", where="key", given=key[:60])
    if not all(0 < len(name) <= LONGEST for name in names):
        raise Invalid("topic.bad_name", where="name", most=LONGEST)


def purpose(key: str) -> str:
    """What a consent is for that speaks of this topic alone."""
    return PREFIX + key


def of_purpose(purpose: str) -> str | None:
    """The topic that a consent speaks of, if it is of one alone."""
    return purpose.removeprefix(PREFIX) if purpose.startswith(PREFIX) else None
