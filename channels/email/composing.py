"""From messages to letters: one compiled MIME for each content, and an envelope for each recipient."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

import idna

from channels.email.smtp.letter import Letter
from core.messages import Content, Message

CONTENTS_KEPT = 64


class Mime(Protocol):
    """A content compiled once. Raises for a recipient who cannot be served, and that concerns this one alone."""

    tame: bool
    """Whether its letters are always lines of ASCII (but for the recipient's address) that begin with no dot."""

    def render(self, message: Message) -> bytes:
        """The whole letter, headers and body, with CRLF line ends throughout."""
        ...


class Composer:
    """Keeps the contents used last, so that campaigns that take turns are not compiled again each time."""

    def __init__(
        self, open_mime: Callable[[Content], Mime], envelope_sender: Callable[[Message], str] | None = None
    ) -> None:
        self._open_mime = open_mime
        self._envelope_sender = envelope_sender
        self._mimes: OrderedDict[tuple[int, int], Mime] = OrderedDict()
        """By content and origin: two campaigns may send one letter, each from its own sender."""

    def compose(self, message: Message) -> Letter:
        content = message.content
        mime = self._mimes.get((content.id, content.origin_id)) or self._open(content)
        sender = content.sender.address if self._envelope_sender is None else self._envelope_sender(message)
        recipient, tame = message.address, mime.tame
        if not recipient.isascii():
            recipient, tame = _on_the_wire(recipient), False
        return Letter(message.delivery_id, _on_the_wire(sender), recipient, mime.render(message), tame)

    def _open(self, content: Content) -> Mime:
        mime = self._mimes[content.id, content.origin_id] = self._open_mime(content)
        if len(self._mimes) > CONTENTS_KEPT:
            self._mimes.popitem(last=False)
        return mime


def _on_the_wire(address: str) -> str:
    """The address with its domain in ASCII (RFC 5891), so that only a non-ASCII local part needs SMTPUTF8."""
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain if domain.isascii() else idna.encode(domain, uts46=True).decode('ascii')}"
