"""The few headers that a list of letters shows, read without parsing the letter."""

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from functools import lru_cache
from typing import NamedTuple

_WANTED = re.compile(rb"^(message-id|subject|from):[ \t]*((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
_FOLD = re.compile(r"\r?\n(?=[ \t])")


class Brief(NamedTuple):
    message_id: str
    subject: str
    author: str


def brief(source: bytes) -> Brief:
    """Message-ID as it stands, subject and From decoded (RFC 2047); what is missing is empty."""
    end = source.find(b"\r\n\r\n")
    head = source if end < 0 else source[:end]
    found: dict[bytes, bytes] = {}
    for match in _WANTED.finditer(head):
        found.setdefault(match[1].lower(), match[2])
    return Brief(
        found.get(b"message-id", b"").decode("utf-8", "replace").strip(),
        decoded(found.get(b"subject", b"")),
        decoded(found.get(b"from", b"")),
    )


@lru_cache(maxsize=1000)
def decoded(value: bytes) -> str:
    """A header's value for people: unfolded, its encoded words read."""
    try:
        plain = _FOLD.sub("", value.decode()).strip()
    except UnicodeDecodeError:
        plain = _FOLD.sub("", value.decode("latin-1")).strip()
    if "=?" not in plain:
        return plain
    try:
        return whole(str(make_header(decode_header(plain))))
    except (HeaderParseError, LookupError, ValueError):
        return plain


def whole(text: str) -> str:
    """Without lone surrogates, which some encodings give and no database or page takes."""
    return text.encode("utf-8", "replace").decode()
