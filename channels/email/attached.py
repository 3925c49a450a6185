"""Files beside a letter as parts of its MIME (RFC 2046, 2183), written once for all recipients."""

import re
from base64 import encodebytes
from collections.abc import Sequence
from urllib.parse import quote

from core.messages import Attachment

BREAK = b"\r\n"
WHOLE = re.compile(r"(?:%..|[^%]){1,40}")
"""A piece of an encoded name that cuts no byte in two."""


def opening(boundary: bytes) -> bytes:
    """What stands before the letter itself."""
    return b"--" + boundary + BREAK


def header(boundary: bytes) -> bytes:
    return b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n'


def tail(attachments: Sequence[Attachment], boundary: bytes) -> bytes:
    """The files, and the end of the whole letter."""
    return b"".join(_part(one, boundary) for one in attachments) + b"--" + boundary + b"--\r\n"


def _part(attachment: Attachment, boundary: bytes) -> bytes:
    lines = (
        b"--" + boundary,
        b"Content-Type: " + attachment.kind.encode("ascii"),
        b"Content-Disposition: attachment;" + _named(attachment.name),
        b"Content-Transfer-Encoding: base64",
        b"",
        encodebytes(attachment.body).replace(b"\n", BREAK),
    )
    return BREAK.join(lines)


def _named(name: str) -> bytes:
    """Quoted if it is plain, else as RFC 2231 writes it, in pieces that keep lines short (section 3)."""
    if name.isascii() and not set(name) & set('"\\') and len(name) < 60:
        return f'\r\n filename="{name}"'.encode("ascii")
    written = f"utf-8''{quote(name, safe='')}"
    pieces = WHOLE.findall(written)
    return b";".join(f"\r\n filename*{number}*={piece}".encode("ascii") for number, piece in enumerate(pieces))
