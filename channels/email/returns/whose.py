"""Of which letter a returned mail speaks: by a token of ours that stands in it, and by nothing else."""

import re
from collections.abc import Iterable

from channels.email.returning import BOUNCE, MOST_TRIED, sent_to
from core.rules import tokens

_MESSAGE_ID = re.compile(r"(?<![0-9a-f])([0-9a-f]{42})(?![0-9a-f])", re.IGNORECASE)


def whose(key: bytes, texts: Iterable[str]) -> tuple[str, int] | None:
    """For what our address was used, and the delivery: the first of the texts that names one decides.

    Where a letter comes back to, and its Message-ID, hold keyed tokens; whoever knows one has had the letter.
    """
    for text in texts:
        found = sent_to(key, text) or _by_message_id(key, text)
        if found is not None:
            return found
    return None


def copied(key: bytes, addressed: str, message_id: str) -> int | None:
    """The delivery of which a mail is a copy: it bears the letter's own Message-ID, and came to no address of one."""
    if sent_to(key, addressed) is not None:
        return None
    found = _by_message_id(key, message_id)
    return None if found is None else found[1]


def _by_message_id(key: bytes, text: str) -> tuple[str, int] | None:
    for token in _MESSAGE_ID.findall(text)[:MOST_TRIED]:
        delivery_id = tokens.verify_lower(key, tokens.MESSAGE_ID, token)
        if delivery_id is not None:
            return BOUNCE, delivery_id
    return None
