"""A content as MIME, compiled once: headers, text and HTML as encoded pieces with slots between them."""

import hashlib
from collections.abc import Sequence
from email.utils import parseaddr

from channels.email import headers
from channels.email.encoded import Encoded
from channels.email.quoted import plain
from channels.links import Links
from core.messages import Content, Message
from core.rules import tokens
from core.rules.templates import CONSENT_NAMES, SYSTEM_NAMES, Program, compile_template

BREAK = b"\r\n"


class ContentMime:
    """A channels.email.composing.Mime. RFC 5322, 2046 (multipart/alternative), 8058 (one-click), 2919 (List-Id)."""

    def __init__(self, content: Content, links: Links, key: bytes) -> None:
        domain = parseaddr(content.sender.address)[1].rpartition("@")[2] or "localhost"
        known = _Anything()
        parts = [(b"text/plain", content.text, False), (b"text/html", content.html, True)]
        programs = [(kind, compile_template(source, known, escape=escape)) for kind, source, escape in parts if source]
        ours = {name for _, program in programs for name in program.names if _is_system(name)}
        letter = Encoded({name: plain(links.named(name)) for name in ours})
        unsubscribe = links.unsubscribe()
        letter.add(b"Message-ID: <")
        message_id = tokens.lower_signer(key, "message-id")
        letter.add_filling(lambda _values, delivery_id: message_id(delivery_id))
        letter.add(b"@" + domain.encode() + b">\r\nList-Unsubscribe: <")
        letter.add_filling(lambda _values, delivery_id: unsubscribe(delivery_id))
        letter.add(b">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" + _fixed_headers(content, domain))
        _add_parts(letter, programs, _boundary(content))
        self._letter = letter
        self._subject = compile_template(content.subject, known, escape=False)

    def render(self, message: Message) -> bytes:
        """Raise MissingValue if the recipient lacks one."""
        return b"".join(
            (
                b"Date: ",
                headers.date(message.created_at),
                b"\r\nTo: <",
                headers.clean(message.address).encode(),
                b">\r\nSubject: ",
                headers.unstructured(self._subject.render(message.values)),
                BREAK,
                self._letter.render(message.values, message.delivery_id),
            )
        )


def _add_parts(letter: Encoded, programs: Sequence[tuple[bytes, Program]], boundary: bytes) -> None:
    if len(programs) == 1:
        kind, program = programs[0]
        letter.add(_part_head(kind))
        letter.add_program(program)
        return letter.add(BREAK)
    letter.add(b'Content-Type: multipart/alternative; boundary="' + boundary + b'"\r\n\r\n')
    for kind, program in programs:
        letter.add(b"--" + boundary + BREAK + _part_head(kind))
        letter.add_program(program)
        letter.add(BREAK)
    return letter.add(b"--" + boundary + b"--\r\n")


def _boundary(content: Content) -> bytes:
    return b"=_" + hashlib.blake2b(content.id.to_bytes(8, "big"), digest_size=12).hexdigest().encode()


class _Anything(frozenset[str]):
    """Every name was known when the letter was saved; an attribute that went since is a missing value."""

    def __contains__(self, name: object) -> bool:
        return True


def _is_system(name: str) -> bool:
    return name in SYSTEM_NAMES or name in CONSENT_NAMES or name.startswith("click_")


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
