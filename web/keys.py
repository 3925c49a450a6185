"""Keys that are given once: of each event at the door, and of each group of them."""

import itertools
import secrets

PROCESS = secrets.token_hex(12)
NUMBERS = itertools.count()


def fresh() -> str:
    """Drawn at random once a process, and counted on: a random number an event costs a system call."""
    return f"{PROCESS}-{next(NUMBERS):x}"
