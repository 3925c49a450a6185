"""Addresses in the one form in which they are compared, and their keyed hashes."""

from hashlib import blake2b

import idna

ADDRESS_VARIABLES = ("email", "phone")
"""The variables that stand for the address itself, each on its own channels."""


def address_variable(channel: str) -> str:
    """By which name a message may speak of the address that it goes to."""
    return "email" if channel == "email" else "phone"


def normalised(channel: str, address: str) -> str:
    """Email: lower case, since no server tells people apart by case; other channels: as they are, trimmed."""
    address = address.strip()
    return address.lower() if channel == "email" else address


def address_key(key: bytes, channel: str, address: str) -> bytes:
    """16 bytes of keyed BLAKE2b over the channel and the normalised address."""
    return blake2b(f"{channel}\0{normalised(channel, address)}".encode(), key=key, digest_size=16).digest()


def mail_domain(address: str) -> str:
    """The domain of a mailbox as DNS knows it: lower case, in ASCII (RFC 5891); as it is if it cannot be written so."""
    domain = address.rpartition("@")[2].strip().lower().rstrip(".")
    try:
        return domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return domain
