"""What a person confirms: this letter, this audience, in this version; any change makes the confirmation void."""

import hashlib
import json
from collections.abc import Mapping


def make(version: int, content_hash: bytes, audience: Mapping[str, object], chosen: int) -> str:
    """20 hexadecimal digits over version, letter and expressions, and the number confirmed: `<digits>-<number>`."""
    expressions = {name: value for name, value in audience.items() if name != "as_of"}
    bound = json.dumps([version, content_hash.hex(), expressions], sort_keys=True)
    return f"{hashlib.sha256(bound.encode()).hexdigest()[:20]}-{chosen}"


def bound(confirmation: str) -> str:
    """Its digits: what it is bound to, but for the number."""
    return confirmation.partition("-")[0]


def chosen(confirmation: str) -> int | None:
    """The number of recipients that was confirmed; None if this is no confirmation."""
    number = confirmation.partition("-")[2]
    return int(number) if number.isascii() and number.isdigit() else None
