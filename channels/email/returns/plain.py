"""Bounces written for people: each address that opens a line, and the words under it until the next."""

import re

from channels.email.returns.codes import code_in, stage_in, status_in
from channels.email.returns.words import addresses, one_line
from core.rules.bounces.notices import Kind, Notice

NAMED_LIMIT = 200
BEFORE_LIMIT = 1000
_RETURNED = re.compile(
    r"^\W*(.{0,40}((?<!resend your )original message(?! is:)|copy of the message|returned message|message headers?"
    r"|unsent message|below this line)"
    r"|(received|return-path|message-id|mime-version): )",
    re.IGNORECASE | re.MULTILINE,
)
_OPENING = re.compile(
    r"^(?!>>> )[ \t>*-]{0,12}(?:(?:recipient|address"
    r"|rcpt)[^\n:<@]{0,20}:\s*)?<?([^\s<>:,;\"()]{1,128}@[^\s<>:,;\"()]{1,200})>?[ \t]*(?::|\.{3}|$|[(\[]"
    r"| on [A-Z][a-z]{2},)",
    re.IGNORECASE | re.MULTILINE,
)
_CONCLUDED = re.compile(r"^[45]\d\d (?:\d\.\d\.\d )?<?([^\s<>]{1,128}@[^\s<>]{1,200}?)>?\.\.\. .*$", re.MULTILINE)
_INTRODUCED = re.compile(
    r"address\(?es\)? failed|(permanent fatal|delivery) errors|did not reach the following|folgende[nr]? (adresse|empf)"
    r"|following (address|recipient)|recipients? w(as|ere) aborted|adresses? suivantes?|siguientes? (direcci|destinat)",
    re.IGNORECASE,
)


def notices_in_words(words: str, known: list[str] | None = None, sender: str = "") -> list[Notice]:
    words = words.replace("\r\n", "\n")
    cut = _RETURNED.search(words, 20)
    told = words[: cut.start()] if cut else words
    openings = _introduced([found for found in _OPENING.finditer(told) if addresses(found[1])], told)[:NAMED_LIMIT]
    if openings:
        return _under(openings, told)
    transcript = _transcript(told)
    if transcript:
        return transcript
    named = [address for address in addresses(told) if address != sender] or addresses(words)[:1]
    return [_notice(address, told) for address in (known or named[:1])[:NAMED_LIMIT] if address]


def _under(openings: list[re.Match[str]], told: str) -> list[Notice]:
    ends = [found.start() for found in openings[1:]] + [len(told)]
    by_address: dict[str, str] = {}
    for found, end in zip(openings, ends, strict=True):
        address = addresses(found[1])[0]
        by_address[address] = f"{by_address.get(address, '')} {told[found.end() : end]}".strip()
    before = told[: openings[0].start()]
    return [_notice(address, _enough(said, before)) for address, said in by_address.items()]


def _transcript(told: str) -> list[Notice]:
    """Of a session, as Sendmail shows it: the dialogue, and then the line that names whose it was."""
    by_address: dict[str, str] = {}
    start = 0
    for found in _CONCLUDED.finditer(told):
        address = next(iter(addresses(found[1])), "")
        by_address[address] = f"{by_address.get(address, '')} {told[start : found.end()]}".strip()
        start = found.end()
    return [_notice(address, said) for address, said in by_address.items() if address][:NAMED_LIMIT]


def _introduced(openings: list[re.Match[str]], told: str) -> list[re.Match[str]]:
    """Those behind the words that introduce them, if there are any: before may stand who wrote the letter."""
    intro = _INTRODUCED.search(told)
    return [found for found in openings if intro and found.start() > intro.start()] or openings


def _enough(said: str, before: str) -> str:
    """What stands above the address too, where what follows it says little, or has no code and the other does."""
    if len(said) > 10 and (status_in(said) or code_in(said) or not (status_in(before) or code_in(before))):
        return said
    return f"{said} {before[-BEFORE_LIMIT:]}"


def _notice(address: str, said: str) -> Notice:
    line = one_line(said)
    return Notice(address, Kind.FAILURE, "", status_in(line), code_in(line), stage_in(line), line)
