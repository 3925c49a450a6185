"""The record by which everybody can verify our signatures (RFC 6376, section 3.6)."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from channels.email.domains.names import Names
from core.vocabulary import DkimAlgorithm

KINDS = {DkimAlgorithm.RSA: "rsa", DkimAlgorithm.ED25519: "ed25519"}


class Key(Protocol):
    """What its record says of a key."""

    @property
    def domain(self) -> str: ...
    @property
    def selector(self) -> str: ...
    @property
    def algorithm(self) -> str: ...
    @property
    def public(self) -> str: ...


def name(domain: str, selector: str) -> str:
    return f"{selector}._domainkey.{domain}"


def value(algorithm: str, public: str) -> str:
    return f"v=DKIM1; k={KINDS[DkimAlgorithm(algorithm)]}; p={public}"


def strings(text: str) -> str:
    """As a zone file wants it: a string holds 255 characters at most, and there may be several."""
    return " ".join(f'"{text[start : start + 255]}"' for start in range(0, len(text), 255))


def tags(text: str) -> Mapping[str, str]:
    """`name=value` pairs, separated by semicolons, as DKIM and DMARC write them; blanks in values are dropped."""
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {key.strip().lower(): "".join(value.split()) for key, _, value in pairs}


def is_published(names: Names, key: Key) -> bool:
    """Whether the DNS has the key's record; raise Unavailable where it does not answer."""
    return publishes(names.texts(name(key.domain, key.selector)), key.algorithm, key.public)


def publishes(texts: Sequence[str], algorithm: str, public: str) -> bool:
    """Whether one of the records found is that of our key."""
    found = (tags(text) for text in texts)
    wanted = KINDS[DkimAlgorithm(algorithm)]
    return any(one.get("p") == public and one.get("k", "rsa") == wanted for one in found)
