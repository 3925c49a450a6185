"""Quoted-printable in pieces (RFC 2045, 6.7): each piece stands on lines of its own, so it can be encoded alone."""

from binascii import b2a_qp
from collections.abc import Callable

SOFT = b"=\r\n"
MOST = 75


def piece(text: str) -> bytes:
    """The piece encoded, ended by a soft line break: what follows begins at the start of a line."""
    if not text:
        return b""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    encoded = b2a_qp(lines.encode(), istext=True).replace(b"\r\n", b"\n").replace(b"=\n", b"=\r\n")
    encoded = encoded.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return _room_for_break(_no_leading_dot(encoded)) + SOFT


def word(value: str) -> bytes:
    """`piece` for a value, which most often is a few plain letters."""
    if is_plain(value):
        return value.encode() + SOFT
    return piece(value)


def is_plain(value: str) -> bool:
    return value.isalnum() and value.isascii() and len(value) <= MOST


def plain(made: Callable[[bytes], Callable[[int], bytes]]) -> Callable[[int], bytes]:
    """As a piece, what `made` makes with an ending; only what needs it is encoded each time."""
    bare = made(b"")
    example = bare(2**62)
    if piece(example.decode("ascii")) == example + SOFT and b"=" not in example:
        return made(SOFT)
    return lambda number: piece(bare(number).decode("ascii"))


def _room_for_break(encoded: bytes) -> bytes:
    """Break the last line early if a `=` at its end would make it longer than 76."""
    start = encoded.rfind(b"\n") + 1
    if len(encoded) - start <= MOST:
        return encoded
    cut = start + MOST - 3
    while b"=" in encoded[cut - 2 : cut]:
        cut -= 1
    return encoded[:cut] + SOFT + encoded[cut:]


def _no_leading_dot(encoded: bytes) -> bytes:
    """A dot at the start of a line is encoded, so that no server has to be trusted to unstuff it."""
    if encoded.startswith(b"."):
        encoded = b"=2E" + encoded[1:]
    return encoded.replace(b"\n.", b"\n=2E")
