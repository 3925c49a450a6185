"""Text and addresses out of one part of a returned mail, whatever its encoding claims."""

import re
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from html import unescape

from core.rules.replies import clean

TEXT_LIMIT = 60_000
_LOCAL = r"(?:(?<![\w.+@=-])[\w.+=/&'*!#$%~-]{1,128}|\"[^\"\\\r\n@]{1,64}\")"
_ADDRESS = re.compile(_LOCAL + r"@(?:[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}|\[[\da-fA-F.:]{3,45}\])")
_ESCAPED = re.compile(r"\\x\{([0-9a-fA-F]{2,6})\}")
_TYPED = re.compile(r"^(smtp|rfc822)=(?=.)")
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d|/title)\b[^<>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"<(/?[a-z][a-z0-9]{0,11}(\s[^<>]{0,2000})?|![^<>]{0,200})>", re.IGNORECASE)


def text_of(part: Message) -> str:
    try:
        raw = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, MessageError):
        return ""
    if not isinstance(raw, bytes):
        return ""
    try:
        text = raw[:TEXT_LIMIT].decode(str(part.get_content_charset("utf-8")), "replace")
    except (ValueError, LookupError):
        text = raw[:TEXT_LIMIT].decode("utf-8", "replace")
    # UTF-7 can spell half a character, which nothing can store or encode again.
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _read(whole) if kind_of(part) == "text/html" else whole


def _read(page: str) -> str:
    """A page as people read it: lines where it breaks them, and no tags."""
    return unescape(_TAG.sub(" ", _BREAK.sub("\n", page))).replace("\xa0", " ")


def addresses(text: str) -> list[str]:
    found = (one.strip("'.").lower() for one in _ADDRESS.findall(_ESCAPED.sub(_unescaped, text)))
    return list(dict.fromkeys(_TYPED.sub("", one) for one in found))


def _unescaped(escaped: re.Match[str]) -> str:
    """`\\x{E9}`, as reports in ASCII write addresses with other letters (RFC 6533, section 3)."""
    point = int(escaped[1], 16)
    return chr(point) if point < 0x110000 and not 0xD800 <= point < 0xE000 else ""


def inside(part: Message) -> list[Message]:
    """The parts of a part; the stdlib trips over a text's charset where it is asked for one that has none."""
    return [one for one in part.get_payload() if isinstance(one, Message)] if part.is_multipart() else []


def kind_of(part: Message) -> str:
    """Its type alone, where a broken header runs on into the next line."""
    return (part.get_content_type().split() or ["text/plain"])[0]


def header(mail: Message, name: str, limit: int = 2000) -> str:
    """A header as people read it: encoded words decoded, of a length that costs nothing."""
    value = field(mail, name, limit)
    try:
        return str(make_header(decode_header(value)))
    except (ValueError, LookupError, TypeError, MessageError):
        return value


def field(mail: Message, name: str, limit: int = 1000) -> str:
    """A header as it stands there; bytes without a character set are UTF-8 (RFC 6532), or at least something."""
    found = (str(value) for key, value in mail.raw_items() if key.lower() == name.lower())
    raw = next(found, "")[:limit].encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "replace")


def one_line(text: str, limit: int = 4000) -> str:
    return clean(text[: limit * 2])[:limit]
