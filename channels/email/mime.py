"""A content as MIME, compiled once: headers, text and HTML as encoded pieces with slots between them."""

import hashlib
from collections.abc import Callable, Mapping
from email.utils import parseaddr

from channels.email import headers
from channels.email.links import Links
from channels.email.quoted import piece
from core.messages import Content, Message
from core.rules import tokens
from core.rules.templates import SYSTEM_NAMES, Program, compile_template
from core.rules.templates.program import Slot

Part = Callable[[Mapping[str, object]], bytes]
Compiled = bytes | Slot


class ContentMime:
    """A channels.email.composing.Mime. RFC 5322, 2046 (multipart/alternative), 8058 (one-click), 2919 (List-Id)."""

    def __init__(self, content: Content, links: Links, key: bytes) -> None:
        self._links, self._key = links, key
        self._domain = parseaddr(content.sender.address)[1].rpartition("@")[2] or "localhost"
        known = _Anything()
        self._subject = compile_template(content.subject, known, escape=False)
        parts = [(b"text/plain", content.text, False), (b"text/html", content.html, True)]
        programs = [(kind, compile_template(source, known, escape=escape)) for kind, source, escape in parts if source]
        self._system = sorted(name for _, program in programs for name in program.names if _is_system(name))
        self._fixed = _fixed_headers(content, self._domain)
        self._boundary = b"=_" + hashlib.blake2b(content.id.to_bytes(8, "big"), digest_size=12).hexdigest().encode()
        self._parts = [(kind, _part(program)) for kind, program in programs]

    def render(self, message: Message) -> bytes:
        """Raise MissingValue if the recipient lacks one."""
        delivery_id = message.delivery_id
        values = {**message.values, **{name: self._links.value(name, delivery_id) for name in self._system}}
        unsubscribe = self._links.unsubscribe(delivery_id).encode()
        head = b"".join(
            (
                b"Date: ",
                headers.date(message.created_at),
                b"\r\nTo: <",
                headers.clean(message.address).encode(),
                b">\r\nSubject: ",
                headers.unstructured(self._subject.render(values)),
                b"\r\nMessage-ID: <",
                tokens.sign_lower(self._key, "message-id", delivery_id).encode(),
                b"@",
                self._domain.encode(),
                b">\r\nList-Unsubscribe: <",
                unsubscribe,
                b">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
                self._fixed,
            )
        )
        return head + self._body(values)

    def _body(self, values: Mapping[str, object]) -> bytes:
        if len(self._parts) == 1:
            kind, part = self._parts[0]
            return _part_head(kind) + part(values) + b"\r\n"
        boundary = self._boundary
        out = [b'Content-Type: multipart/alternative; boundary="', boundary, b'"\r\n\r\n']
        for kind, part in self._parts:
            out += (b"--", boundary, b"\r\n", _part_head(kind), part(values), b"\r\n")
        return b"".join((*out, b"--", boundary, b"--\r\n"))


class _Anything(frozenset[str]):
    """Every name was known when the letter was saved; an attribute that went since is a missing value."""

    def __contains__(self, name: object) -> bool:
        return True


def _part(program: Program) -> Part:
    """Constants are encoded now and only slots for each recipient; a letter with conditions is encoded whole."""
    if not program.flat:
        return lambda values: piece(program.render(values))
    compiled: list[Compiled] = [part if isinstance(part, Slot) else piece(part) for part in _flat(program)]

    def render(values: Mapping[str, object]) -> bytes:
        return b"".join([part if isinstance(part, bytes) else piece(part.fill(values)) for part in compiled])

    return render


def _flat(program: Program) -> list[str | Slot]:
    return [part for part in program.pieces if isinstance(part, str | Slot)]


def _is_system(name: str) -> bool:
    return name in SYSTEM_NAMES or name.startswith("click_")


def _part_head(kind: bytes) -> bytes:
    return b"Content-Type: " + kind + b"; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"


def _fixed_headers(content: Content, domain: str) -> bytes:
    sender = content.sender
    lines = [
        b"From: " + headers.mailbox(sender.name, sender.address),
        *([b"Reply-To: " + headers.mailbox("", sender.reply_to)] if sender.reply_to else []),
        b"List-Id: " + headers.mailbox(content.list_name, f"{content.list_id}.{domain}"),
        f"Feedback-ID: {content.origin_id}:{content.purpose}:sendbote".encode(),
        b"MIME-Version: 1.0",
    ]
    return b"\r\n".join(lines) + b"\r\n"
