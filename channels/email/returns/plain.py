"""Bounces written for people: each address that opens a line, and the words under it until the next."""

import re

from channels.email.returns.codes import code_in, stage_in, status_in
from channels.email.returns.words import addresses, one_line
from core.rules.bounces.notices import Kind, Notice

_RETURNED = re.compile(
    r"^\W*(.{0,40}(original message|copy of the message|message headers|returned message|message header"
    r"|unsent message|below this line)"
    r"|(received|return-path|message-id|mime-version): )",
    re.IGNORECASE | re.MULTILINE,
)
_OPENING = re.compile(
    r"^[ \t>*-]{0,12}(?:(?:recipient|address"
    r"|rcpt)[^\n:<@]{0,20}:\s*)?<?([^\s<>:,;\"()]{1,128}@[^\s<>:,;\"()]{1,200})>?[ \t]*(?::|\.{3}|$|[(\[])",
    re.IGNORECASE | re.MULTILINE,
)


def notices_in_words(words: str, known: list[str] | None = None, sender: str = "") -> list[Notice]:
    words = words.replace("\r\n", "\n")
    cut = _RETURNED.search(words, 20)
    told = words[: cut.start()] if cut else words
    openings = [found for found in _OPENING.finditer(told) if addresses(found[1])]
    if not openings:
        named = known or [address for address in addresses(told) if address != sender] or addresses(words)[:1]
        return (
            [_notice(address, told) for address in named[:1] if address]
            if not known
            else [_notice(a, told) for a in known]
        )
    ends = [found.start() for found in openings[1:]] + [len(told)]
    by_address: dict[str, str] = {}
    for found, end in zip(openings, ends, strict=True):
        address = addresses(found[1])[0]
        by_address[address] = f"{by_address.get(address, '')} {told[found.end() : end]}".strip()
    before = told[: openings[0].start()]
    return [_notice(address, said if len(said) > 10 else f"{said} {before}") for address, said in by_address.items()]


def _notice(address: str, said: str) -> Notice:
    line = one_line(said)
    return Notice(address, Kind.FAILURE, "", status_in(line), code_in(line), stage_in(line), line)
