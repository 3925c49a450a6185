"""A content as MIME, compiled once: headers, text and HTML as encoded pieces with slots between them."""

import hashlib
from collections.abc import Sequence
from email.utils import parseaddr
from functools import partial
from typing import Protocol

from channels.email import attached, headers
from channels.email.dkim import canonical
from channels.email.encoded import Encoded, bounded
from channels.email.quoted import plain
from channels.email.returning import ReturnPath
from channels.links import Links
from core.messages import Attachment, Content, Message
from core.rules import tokens
from core.rules.templates import Program, compile_frozen, is_ours

BREAK = b"\r\n"


class Signs(Protocol):
    """What signs a letter (channels.email.dkim.signing)."""

    def sign(self, changing: bytes, fixed: bytes, body: bytes) -> bytes:
        """The lines of its signatures, which stand before all others."""
        ...


class ContentMime:
    """A channels.email.composing.Mime. RFC 5322, 2046 (multipart/alternative), 8058 (one-click), 2919 (List-Id)."""

    def __init__(
        self,
        content: Content,
        links: Links,
        key: bytes,
        signer: Signs | None = None,
        *,
        returns: ReturnPath | None = None,
        echoes: Sequence[bytes] = (),
    ) -> None:
        domain = parseaddr(content.sender.address)[1].rpartition("@")[2] or "localhost"
        parts = [(b"text/plain", content.text, False), (b"text/html", content.html, True)]
        programs = [(kind, compile_frozen(source, escape=escape)) for kind, source, escape in parts if source]
        ours = {name for _, program in programs for name in program.names if is_ours(name)}
        body = Encoded({name: plain(partial(links.named, name)) for name in ours})
        boundary = _boundary(content)
        kind, tail = _laid_out(body, programs, content.attachments, boundary)
        fixed = _fixed_headers(content, domain) + kind
        self._subject = compile_frozen(content.subject, escape=False)
        self._message_id = tokens.lower_signer(key, tokens.MESSAGE_ID)
        self._echoes = echoes
        self._unsubscribe = links.unsubscribe()
        self._mailto = returns.mailto(content.sender.address) if returns else _no_mailto
        self._domain = domain.encode()
        self._fixed = fixed + BREAK
        self.tame = self._fixed.isascii()
        self._body = body
        self._tail = tail
        self._signed = None if signer is None else (signer, canonical.headers(fixed), body.canonical())

    def render(self, message: Message) -> bytes:
        """Raise MissingValue if the recipient lacks one, Invalid if the letter grows out of all bounds."""
        changing, parts = self._changing(message), self._body.parts(message.values, message.delivery_id)
        signature = b""
        if self._signed is not None:
            signer, fixed, canonical_body = self._signed
            signature = signer.sign(changing, fixed, canonical_body(parts) + self._tail)
        return bounded(b"".join((signature, changing, self._fixed, *parts))) + self._tail

    def _changing(self, message: Message) -> bytes:
        """The headers that differ from letter to letter."""
        message_id = self._message_id(message.delivery_id)
        return b"".join(
            (
                b"Date: ",
                headers.date(message.created_at),
                b"\r\nTo: <",
                headers.clean(message.address).encode(),
                b">\r\nSubject: ",
                headers.unstructured(self._subject.render(message.values)),
                b"\r\nMessage-ID: <",
                message_id,
                b"@",
                self._domain,
                b">\r\nList-Unsubscribe: <",
                self._unsubscribe(message.delivery_id),
                b">",
                self._mailto(message.delivery_id),
                BREAK,
                *[echo + message_id + BREAK for echo in self._echoes],
            )
        )


def _no_mailto(_delivery_id: int) -> bytes:
    return b""


def _laid_out(
    body: Encoded,
    programs: Sequence[tuple[bytes, Program]],
    attachments: Sequence[Attachment],
    boundary: bytes,
) -> tuple[bytes, bytes]:
    """Lay out the body; the headers that say what it is, and the files behind it, which are canonical as they are."""
    if not attachments:
        return _add_parts(body, programs, boundary), b""
    outer = boundary + b"_mixed"
    body.add(attached.opening(outer))
    body.add(_part_kind(programs, boundary) + BREAK)
    _add_parts(body, programs, boundary)
    return attached.header(outer), attached.tail(attachments, outer)


def _add_parts(body: Encoded, programs: Sequence[tuple[bytes, Program]], boundary: bytes) -> bytes:
    """Lay out the letter itself, and return the headers that say what it is."""
    if len(programs) == 1:
        body.add_program(programs[0][1])
        body.add(BREAK)
        return _part_kind(programs, boundary)
    for kind, program in programs:
        body.add(b"--" + boundary + BREAK + _part_head(kind) + BREAK)
        body.add_program(program)
        body.add(BREAK)
    body.add(b"--" + boundary + b"--\r\n")
    return _part_kind(programs, boundary)


def _part_kind(programs: Sequence[tuple[bytes, Program]], boundary: bytes) -> bytes:
    if len(programs) == 1:
        return _part_head(programs[0][0])
    return b'Content-Type: multipart/alternative; boundary="' + boundary + b'"\r\n'


def _boundary(content: Content) -> bytes:
    return b"=_" + hashlib.blake2b(content.id.to_bytes(8, "big"), digest_size=12).hexdigest().encode()


def _part_head(kind: bytes) -> bytes:
    return b"Content-Type: " + kind + b"; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"


def _fixed_headers(content: Content, domain: str) -> bytes:
    sender = content.sender
    lines = [
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        b"From: " + headers.mailbox(sender.name, sender.address),
        *([b"Reply-To: " + headers.mailbox("", sender.reply_to)] if sender.reply_to else []),
        b"List-Id: " + headers.mailbox(content.list_name, f"{content.list_id}.{domain}"),
        f"Feedback-ID: {content.origin_id}:{content.purpose}:sendbote".encode(),
        b"MIME-Version: 1.0",
    ]
    return b"\r\n".join(lines) + b"\r\n"
