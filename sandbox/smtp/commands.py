"""The command lines of SMTP (RFC 5321, section 4.1), read from bytes."""

import re
from dataclasses import dataclass

_PATH = rb"<((?:\"(?:[^\"\\]|\\.)*\"|[^>\"])*)>[ ]*(.*)"
_MAIL = re.compile(rb"MAIL FROM:[ ]*" + _PATH, re.IGNORECASE)
_RCPT = re.compile(rb"RCPT TO:[ ]*" + _PATH, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Path:
    """An address with the parameters behind it, their names in capitals."""

    address: str
    parameters: dict[str, str]

    @property
    def announced_size(self) -> int:
        """What SIZE says (RFC 1870), 0 where it says nothing."""
        size = self.parameters.get("SIZE", "")
        return int(size) if size.isascii() and size.isdigit() else 0


def mail(line: bytes) -> Path | None:
    return _read(_MAIL.fullmatch(line))


def rcpt(line: bytes) -> Path | None:
    return _read(_RCPT.fullmatch(line))


def _read(match: re.Match[bytes] | None) -> Path | None:
    if match is None:
        return None
    try:
        address, rest = match[1].decode("utf-8"), match[2].decode("ascii")
    except UnicodeDecodeError:
        return None
    if not rest:
        return Path(_without_route(address), {})
    parameters = (word.partition("=") for word in rest.split())
    return Path(_without_route(address), {name.upper(): value for name, _, value in parameters})


def _without_route(address: str) -> str:
    """A source route, `@one,@two:someone@three`, is accepted and ignored (RFC 5321, appendix C)."""
    return address.partition(":")[2] if address.startswith("@") and ":" in address else address
