"""Signed tokens for public links: 28 characters that name a delivery for one purpose, and nothing else.

A byte of version and key, eight of the id and twelve of a keyed BLAKE2b (RFC 7693), in base64url without padding.
"""

import base64
import binascii
import struct
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest

OPEN = "open"
CLICK = "click"
"""Its `extra` is the link's id in decimal digits: a token of one link opens no other."""
UNSUBSCRIBE = "unsubscribe"
CONSENT = "consent"
PREFERENCES = "preferences"
VIEW = "view"
JOIN = "join"
"""Ties the chat of whoever follows it to the contact that the letter went to."""
RETURN = "return"
"""In the address that a letter comes back to."""
MESSAGE_ID = "message-id"
LENGTH = 28
BASE32_LENGTH = 34

_VERSION = 0x10
_HEAD = struct.Struct(">BQ")
_MAC_BYTES = 12
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]


def sign(key: bytes, purpose: str, number: int, extra: str = "") -> str:
    """The token of a delivery for a purpose; `extra` is bound into it, but not carried."""
    return signer(key, purpose, extra)(number).decode("ascii")


def signer(
    key: bytes, purpose: str, extra: str = "", *, before: bytes = b"", after: bytes = b""
) -> Callable[[int], bytes]:
    """`sign` for many numbers, with what stands around the token: a letter holds several, so each is but one call."""
    begun, bound, pack, encode = _begun(key, purpose).copy, extra.encode(), _HEAD.pack, binascii.b2a_base64

    def sign_number(number: int) -> bytes:
        head = pack(_VERSION, number)
        mac = begun()
        mac.update(head + bound)
        return before + encode(head + mac.digest(), newline=False).translate(_URL_SAFE) + after

    return sign_number


def verify(key: bytes, purpose: str, token: str, extra: str = "") -> int | None:
    """The id of the delivery, or None if the token was not made by `sign` with this key, purpose and extra."""
    if len(token) != LENGTH or not token.isascii():
        return None
    try:
        return _verified(key, purpose, base64.b64decode(token, altchars=b"-_", validate=True), extra)
    except binascii.Error:
        return None


def verify_lower(key: bytes, purpose: str, token: str) -> int | None:
    """The same for a token of `sign_lower`, in whatever case it comes back."""
    try:
        packed = binascii.a2b_hex(token) if token.isascii() else b""
    except binascii.Error:
        return None
    return _verified(key, purpose, packed) if len(packed) == _HEAD.size + _MAC_BYTES else None


def verify_base32(key: bytes, purpose: str, token: str) -> int | None:
    """The same for a token of `base32_signer`, in whatever case it comes back."""
    if len(token) != BASE32_LENGTH or not token.isascii():
        return None
    try:
        return _verified(key, purpose, base64.b32decode(token.upper() + "======"))
    except binascii.Error:
        return None


def _verified(key: bytes, purpose: str, packed: bytes, extra: str = "") -> int | None:
    head, mac = packed[: _HEAD.size], packed[_HEAD.size :]
    version, number = _HEAD.unpack(head)
    if version != _VERSION or not compare_digest(mac, _mac(key, purpose, head, extra)) or number > 2**63 - 1:
        return None
    return int(number)


def sign_lower(key: bytes, purpose: str, number: int) -> bytes:
    """The same in 42 hexadecimal digits, for Message-IDs: servers may fold their case."""
    return lower_signer(key, purpose)(number)


def lower_signer(key: bytes, purpose: str) -> Callable[[int], bytes]:
    """`sign_lower` for many numbers."""
    begun, pack, encode = _begun(key, purpose).copy, _HEAD.pack, binascii.b2a_hex

    def sign_number(number: int) -> bytes:
        head = pack(_VERSION, number)
        mac = begun()
        mac.update(head)
        return encode(head + mac.digest())

    return sign_number


def base32_signer(key: bytes, purpose: str) -> Callable[[int], str]:
    """The same in 34 letters and digits of RFC 4648's base32, in lower case, for local parts: 64 octets at most.

    Two digits at a time from a table, written out: a third of what `base64.b32encode` takes, and about as long as
    the rest of a token.
    """
    begun, pack, pairs, number_of = _begun(key, purpose).copy, _HEAD.pack, _PAIRS, int.from_bytes

    def sign_number(number: int) -> str:
        head = pack(_VERSION, number)
        mac = begun()
        mac.update(head)
        n = number_of(head + mac.digest(), "big") << 2
        return (
            f"{pairs[n >> 160]}{pairs[n >> 150 & 1023]}{pairs[n >> 140 & 1023]}{pairs[n >> 130 & 1023]}"
            f"{pairs[n >> 120 & 1023]}{pairs[n >> 110 & 1023]}{pairs[n >> 100 & 1023]}{pairs[n >> 90 & 1023]}"
            f"{pairs[n >> 80 & 1023]}{pairs[n >> 70 & 1023]}{pairs[n >> 60 & 1023]}{pairs[n >> 50 & 1023]}"
            f"{pairs[n >> 40 & 1023]}{pairs[n >> 30 & 1023]}{pairs[n >> 20 & 1023]}{pairs[n >> 10 & 1023]}"
            f"{pairs[n & 1023]}"
        )

    return sign_number


def _mac(key: bytes, purpose: str, head: bytes, extra: str) -> bytes:
    mac = _begun(key, purpose).copy()
    mac.update(head + extra.encode())
    return mac.digest()


@lru_cache(maxsize=64)
def _begun(key: bytes, purpose: str) -> blake2b:
    """The purpose is BLAKE2's personalisation, which separates it from all that follows; at most 16 bytes.

    Copied for each token: to read the key anew each time costs twice as much.
    """
    return blake2b(key=key, digest_size=_MAC_BYTES, person=purpose.encode())
