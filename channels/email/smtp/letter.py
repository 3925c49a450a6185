"""One message in the shape in which SMTP carries it: an envelope, and a body made safe for the wire."""

import re
from dataclasses import dataclass

from channels.email.smtp.capabilities import Capabilities
from core.messages import DeliveryId, Refused
from core.vocabulary import BounceClass, Reason


@dataclass(slots=True)
class Letter:
    """`body` has CRLF lines throughout; `sender` is the envelope's (empty: none), not the header's."""

    delivery_id: DeliveryId
    sender: str
    recipient: str
    body: bytes
    tame: bool = False
    """Known to be ASCII lines, each ended, none of which begins with a dot: to look through all of them takes 2 µs."""
    tries: int = 0

    @property
    def is_ascii(self) -> bool:
        return self.tame or self.body.isascii()


def command_mail(letter: Letter, offered: Capabilities) -> bytes:
    """`MAIL FROM` with the parameters that this server knows (RFC 1870, 6152, 6531)."""
    size = b"" if offered.size is None else b" SIZE=%d" % len(letter.body)
    eight_bit = b" BODY=8BITMIME" if offered.eight_bit and not letter.is_ascii else b""
    utf8 = b"" if letter.sender.isascii() and letter.recipient.isascii() else b" SMTPUTF8"
    return b"MAIL FROM:<%b>%b%b%b\r\n" % (letter.sender.encode(), size, eight_bit, utf8)


def command_rcpt(letter: Letter) -> bytes:
    return b"RCPT TO:<" + letter.recipient.encode() + b">\r\n"


def data(letter: Letter, then: bytes = b"") -> bytes:
    """What follows DATA, with the next envelope behind it: copied once, for most of a letter's bytes are here."""
    if letter.tame:
        return b"".join((letter.body, _END, then))
    return stuffed(letter.body) + then


def stuffed(body: bytes) -> bytes:
    """The body as DATA wants it: leading dots doubled, and the dot that ends it (RFC 5321, section 4.5.2).

    Dots are doubled behind a bare line feed too, so that no letter can end itself early (SMTP smuggling).
    """
    if _DOT_LINE.search(body) is not None:
        body = body.replace(b"\n.", b"\n..")
    if body.startswith(b"."):
        body = b"." + body
    return body + (_END if body.endswith(b"\r\n") else b"\r\n" + _END)


def objection(letter: Letter, offered: Capabilities) -> Refused | None:
    """Why this letter cannot even be offered to this server, or None."""
    if _ADDRESS.fullmatch(letter.recipient) is None or len(letter.recipient) > 254:
        return Refused(Reason.INVALID_ADDRESS, said="not an address that SMTP can carry", bounce=BounceClass.ADDRESS)
    if letter.sender and _ADDRESS.fullmatch(letter.sender) is None:
        return Refused(Reason.RELAY_REFUSED, said="the sender is not an address", bounce=BounceClass.SENDER)
    if offered.size and len(letter.body) > offered.size:
        said = f"{len(letter.body)} bytes, but the server takes {offered.size} at most"
        return Refused(Reason.RELAY_REFUSED, said=said, bounce=BounceClass.CONTENT)
    if not (offered.utf8 or (letter.sender.isascii() and letter.recipient.isascii())):
        said = "the server offers no SMTPUTF8, which this address needs"
        return Refused(Reason.RELAY_REFUSED, said=said, bounce=BounceClass.SENDER)
    if not (offered.eight_bit or letter.is_ascii):
        said = "the server offers no 8BITMIME, which this letter needs"
        return Refused(Reason.RELAY_REFUSED, said=said, bounce=BounceClass.CONTENT)
    return None


_END = b".\r\n"
_DOT_LINE = re.compile(rb"\n\.")
"""Twice as fast as `in` here: the expression's first byte is found by memchr."""
_ADDRESS = re.compile(
    r'(?:[^\x00-\x20"(),:;<>@\[\\\]\x7f-\xa0]{1,64}|"(?:[^\x00-\x1f"\\\x7f]|\\[\x20-\x7e]){1,62}")'
    r"@(?:[^\x00-\x20\"(),:;<>@\[\\\]\x7f-\xa0]{1,253}|\[[0-9A-Fa-f:.IPv]{3,50}\])"
)
"""RFC 5321, section 4.1.2, widened to UTF-8 by RFC 6531; nothing that could end the command."""
