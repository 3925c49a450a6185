"""What a server offers, as its answer to EHLO says (RFC 5321, section 4.1.1.1)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    pipelining: bool = False
    eight_bit: bool = False
    utf8: bool = False
    starttls: bool = False
    size: int | None = None
    """The largest message in octets (RFC 1870); 0 where the server names no limit, None where it does not say SIZE."""
    auth: frozenset[str] = frozenset()


def read_capabilities(text: str) -> Capabilities:
    """Read the lines of an EHLO reply, the first being the server's name; what is unknown or broken is left out."""
    lines = [line.upper().replace("=", " ").split() for line in text.split("\n")[1:]]
    offered = {words[0]: words[1:] for words in lines if words}
    size = offered.get("SIZE")
    return Capabilities(
        pipelining="PIPELINING" in offered,
        eight_bit="8BITMIME" in offered,
        utf8="SMTPUTF8" in offered,
        starttls="STARTTLS" in offered,
        size=None if size is None else int(size[0]) if size and size[0].isdecimal() else 0,
        auth=frozenset(mechanism for words in lines if words[:1] == ["AUTH"] for mechanism in words[1:]),
    )
