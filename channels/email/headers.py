"""Header fields of a letter: clean of line breaks, and encoded where they are not ASCII (RFC 2047)."""

from base64 import b64encode
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

ENCODED_BYTES = 42
"""So that an encoded word stays below 75 characters."""


def clean(text: str) -> str:
    """One line: whatever could end a header, or hide, becomes a space."""
    if text.isascii() and text.isprintable():
        return text
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def unstructured(text: str) -> bytes:
    """The value of a Subject or a display name."""
    text = clean(text)
    if text.isascii() and len(text) <= 200 and "=?" not in text:
        return text.encode("ascii")
    return b"\r\n ".join(b"=?utf-8?b?" + b64encode(word) + b"?=" for word in _words(text))


def mailbox(name: str, address: str) -> bytes:
    """RFC 5322's `name-addr`; the name quoted if it is ASCII, else as encoded words."""
    name = clean(name)
    if not name:
        return b"<" + clean(address).encode() + b">"
    if name.isascii() and "=?" not in name:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{clean(address)}>'.encode()
    return unstructured(name) + b" <" + clean(address).encode() + b">"


@lru_cache(maxsize=1024)
def date(at: datetime) -> bytes:
    return format_datetime(at).encode("ascii")


def _words(text: str) -> list[bytes]:
    """The text's UTF-8 in chunks that end between characters."""
    chunks, chunk = [], b""
    for letter in text:
        encoded = letter.encode("utf-8", "replace")
        if len(chunk) + len(encoded) > ENCODED_BYTES:
            chunks.append(chunk)
            chunk = b""
        chunk += encoded
    return [*chunks, chunk]
