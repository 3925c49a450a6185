"""The relaxed canonical forms of headers and of a body (RFC 6376, sections 3.4.2 and 3.4.4)."""

import re

_RUN = re.compile(rb"[ \t]+")
_END = re.compile(rb" +\r\n")


def headers(lines: bytes) -> bytes:
    """Header lines, each ended by CRLF and perhaps folded: names in lower case, on one line each, blanks reduced."""
    unfolded = lines.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    return b"".join([_header(line) for line in unfolded.split(b"\r\n") if line])


def body(text: bytes) -> bytes:
    """A body, or a part of one that ends with a line: blanks reduced, and gone at the ends of lines."""
    if b"\t" in text or b"  " in text or b" \r\n" in text:
        return _END.sub(b"\r\n", _RUN.sub(b" ", text))
    return text


def ended(text: bytes) -> bytes:
    """A whole body without the empty lines at its end; a last line that is not ended gets its CRLF."""
    while text.endswith(b"\r\n\r\n"):
        text = text[:-2]
    if text == b"\r\n":
        return b""
    return text if text.endswith(b"\r\n") or not text else text + b"\r\n"


def _header(line: bytes) -> bytes:
    name, _, value = line.partition(b":")
    return name.rstrip(b" \t").lower() + b":" + _RUN.sub(b" ", value).strip(b" ") + b"\r\n"
