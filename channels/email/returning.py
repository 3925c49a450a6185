"""Where letters come back to: an address of its own for each, by VERP, with a keyed token that nobody can forge."""

import re
from collections.abc import Callable, Sequence

import idna

from core.messages import Message
from core.rules import tokens

BOUNCE, UNSUBSCRIBE = "b-", "u-"
MOST_TRIED = 50
"""Whoever writes hundreds of tokens into a mail has made them up."""
_OURS = re.compile(rf"(?<![a-z0-9-])([bu]-)([a-z2-7]{{{tokens.BASE32_LENGTH}}})@", re.IGNORECASE)


class ReturnPath:
    """`addresses` are mailboxes that take subaddresses (`returns@shop.example`), or domains that take any address.

    Each sender's letters come back to the one that is aligned with its domain (SPF counts for DMARC then), else to
    the first. One token serves the envelope and the header of a letter: it is made once.
    """

    def __init__(self, addresses: Sequence[str], key: bytes) -> None:
        self._places = [_place(address) for address in addresses]
        self._sign = tokens.base32_signer(key, tokens.RETURN)
        self._last, self._token = -1, ""
        self._chosen: dict[str, tuple[str, str]] = {}

    def envelope_sender(self, message: Message) -> str:
        """RFC 5321's MAIL FROM for one letter: 64 octets at most before the `@`."""
        before, after = self._of(message.content.sender.address)
        return f"{before}{BOUNCE}{self._of_delivery(message.delivery_id)}{after}"

    def mailto(self, sender: str) -> Callable[[int], bytes]:
        """What makes the other way of `List-Unsubscribe` (RFC 2369) from a delivery's id, for letters of a sender."""
        before, after = self._of(sender)

        def made(delivery_id: int) -> bytes:
            address = f"{before}{UNSUBSCRIBE}{self._of_delivery(delivery_id)}{after}"
            return f", <mailto:{address}?subject=unsubscribe>".encode("ascii")

        return made

    def _of_delivery(self, delivery_id: int) -> str:
        if delivery_id != self._last:
            self._last, self._token = delivery_id, self._sign(delivery_id)
        return self._token

    def _of(self, sender: str) -> tuple[str, str]:
        if sender not in self._chosen:
            self._chosen[sender] = _chosen(self._places, sender.rpartition("@")[2].lower())
        return self._chosen[sender]


def domain_of_returns(addresses: Sequence[str], domain: str) -> str:
    """The domain of the envelope of letters from a sender's domain: the one that receivers ask about SPF."""
    return _chosen([_place(address) for address in addresses], domain)[1][1:] if addresses else domain


def sent_to(key: bytes, addresses: str) -> tuple[str, int] | None:
    """For what (`BOUNCE`, `UNSUBSCRIBE`) and for which delivery one of these addresses of ours was made, if any was."""
    for mark, token in _OURS.findall(addresses)[:MOST_TRIED]:
        delivery_id = tokens.verify_base32(key, tokens.RETURN, token)
        if delivery_id is not None:
            return mark.lower(), delivery_id
    return None


def _place(address: str) -> tuple[str, str]:
    """What stands before and behind the mark and the token."""
    local, _, domain = address.rpartition("@")
    name = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    return f"{local}+" if local else "", f"@{name.lower()}"


def _chosen(places: Sequence[tuple[str, str]], domain: str) -> tuple[str, str]:
    name = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    return next((place for place in places if _is_aligned(place[1][1:], name)), places[0])


def _is_aligned(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
