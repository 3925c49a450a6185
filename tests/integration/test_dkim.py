"""Letters that we sign, verified by another library from the bytes that another mail server received."""

import re
import socket
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import dkim as verifier
import pytest
from aiosmtpd.controller import Controller
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.dkim import keys, record
from channels.email.mime import ContentMime
from channels.email.opening import signer
from channels.email.provider import EmailProvider
from channels.email.smtp.patience import PATIENCE
from channels.links import Links
from core.errors import ChannelHalted
from core.messages import Content, Message, SealedKey, Sender
from core.sealing import dkim_secret, seal
from core.vocabulary import DkimAlgorithm, Tls
from tests.integration.certificates import Authority
from tests.integration.email_factory import kinds, relay, send
from tests.integration.postfix_factory import postfix

KEY, SEALING = b"k" * 32, b"s" * 32
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
PAIRS = {algorithm: keys.make(algorithm) for algorithm in DkimAlgorithm}
HTML = """<html><body>\t<p>Grüße,  {{ name }}!</p>
   <pre>  two  spaces \t</pre>
.
..dots
<a href="{{ click_3 }}">A</a> {{ unsubscribe_url }}{% if name %} <b>{{ name }}</b>  {% endif %}</body></html>"""
AWKWARD = ("Zoë", ".", "  a  b  ", "x\t\ty", "Ada\n.\nBob", "=", "ß" * 90, "a " * 60)


def selector(algorithm: DkimAlgorithm) -> str:
    return "r1" if algorithm == DkimAlgorithm.RSA else "e1"


def sealed(algorithm: DkimAlgorithm) -> SealedKey:
    name = selector(algorithm)
    private = seal(SEALING, PAIRS[algorithm].private, of=dkim_secret("shop.example", name))
    return SealedKey("shop.example", name, algorithm, private)


BOTH = (sealed(DkimAlgorithm.RSA), sealed(DkimAlgorithm.ED25519))
SENDER = Sender("Müller, Söhne & Co.", "news@shop.example", reply_to="help@shop.example", keys=BOTH)
RECORDS = {
    record.name("shop.example", selector(one)): record.value(one, PAIRS[one].public).encode() for one in DkimAlgorithm
}


def content(html: str | None = HTML, text: str | None = ".\n..\n  Hi  {{ name }} \n\n\n", **sender: Any) -> Content:
    return Content(
        7, "Für {{ name }}", html, text, replace(SENDER, **sender), 3, "marketing", "campaigns.1", "Frühling"
    )


def mime(part: Content) -> ContentMime:
    return ContentMime(part, Links("https://m.example", KEY), KEY, signer(part.sender, SEALING))


def message(number: int, part: Content, name: str, address: str = "ada@example.test") -> Message:
    return Message(number, 1, address, part, {"name": name}, AT)


def verified(mail: bytes) -> list[bool]:
    """Of each signature, in order, whether it holds."""
    count = len(re.findall(rb"(?m)^DKIM-Signature:", mail.partition(b"\r\n\r\n")[0]))
    return [holds(mail, index) for index in range(count)]


def holds(mail: bytes, index: int) -> bool:
    try:
        return bool(verifier.DKIM(mail).verify(idx=index, dnsfunc=looked_up))
    except verifier.ValidationError:
        return False


def looked_up(name: bytes, timeout: int = 5) -> bytes | None:
    return RECORDS.get(name.decode().rstrip("."))


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize(("html", "text"), [(HTML, "Hi {{ name }}\n"), (None, "  {{ name }}\n\n\n"), (HTML, None)])
def test_both_signatures_hold_whatever_a_letter_says(name: str, html: str | None, text: str | None) -> None:
    part = content(html, text)
    assert verified(mime(part).render(message(42, part, name))) == [True, True]


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=200))
def test_no_value_breaks_a_signature(name: str) -> None:
    part = content(keys=BOTH[1:])
    assert verified(mime(part).render(message(42, part, name))) == [True]


def test_signatures_cover_what_decides_and_nobody_can_add_a_from() -> None:
    part = content()
    mail = mime(part).render(message(42, part, "Ada"))
    covered = re.sub(rb"\s", b"", mail.partition(b"; h=")[2] or mail.partition(b" h=")[2]).partition(b";")[0]
    names = covered.decode().split(":")
    wanted = "to subject date message-id mime-version content-type list-unsubscribe list-unsubscribe-post list-id"
    assert set(names) == {*wanted.split(), "from", "reply-to", "feedback-id"}
    assert names.count("from") == 2
    assert verified(b"From: Boss <boss@shop.example>\r\n" + mail) == [False, False]
    for before, after in [(b"List-Unsubscribe: <https", b"List-Unsubscribe: <http"), (b"Gr=C3=BC=C3=9Fe", b"Hallo")]:
        changed = mail.replace(before, after, 1)
        assert changed != mail
        assert verified(changed) == [False, False]


def test_a_letter_has_the_same_bytes_on_every_try() -> None:
    part = content()
    assert mime(part).render(message(42, part, "Ada")) == mime(part).render(message(42, part, "Ada"))


def test_without_a_key_a_letter_is_as_it_was() -> None:
    part, plain = content(), content(keys=())
    signed, unsigned = (mime(one).render(message(42, one, "Ada")) for one in (part, plain))
    assert signed.endswith(unsigned)
    assert b"DKIM" not in unsigned


def test_a_sender_with_one_key_signs_once() -> None:
    for key in BOTH:
        part = content(keys=(key,))
        assert verified(mime(part).render(message(42, part, "Ada"))) == [True]


async def test_a_key_that_cannot_be_opened_stops_the_channel_and_touches_no_recipient() -> None:
    part = content()
    other = lambda content: ContentMime(content, Links("https://m.example", KEY), KEY, signer(content.sender, KEY))  # noqa: E731
    with Receiving() as server:
        outcomes, fault = await send(
            EmailProvider([relay(server.port)], other), [message(number, part, "Ada") for number in range(1, 100)]
        )
    assert isinstance(fault, ChannelHalted)
    assert fault.code == "dkim.other_key"
    assert kinds(outcomes) == {"Unsent": 99}
    assert server.mails == []


class Receiving:
    """aiosmtpd as the receiver; it keeps what came behind DATA, unstuffed."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=True, decode_data=False
        )

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        self.mails.append(envelope.content)
        return "250 OK"

    def __enter__(self) -> "Receiving":
        self._controller.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._controller.stop()


def letters() -> Sequence[Message]:
    part = content()
    numbered = [message(number, part, name, "user1@example.test") for number, name in enumerate(AWKWARD, 1)]
    return [*numbered, message(90, part, "Jürgen", "jürgen@example.test")]


async def test_what_aiosmtpd_received_verifies() -> None:
    with Receiving() as server:
        outcomes, fault = await send(EmailProvider([relay(server.port)], mime), letters())
    assert fault is None
    assert kinds(outcomes) == {"Accepted": len(AWKWARD) + 1}
    assert [verified(mail) for mail in server.mails] == [[True, True]] * (len(AWKWARD) + 1)


@pytest.fixture
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


async def test_what_postfix_delivered_verifies(authority: Authority) -> None:
    with postfix(*authority.server("127.0.0.1")) as server:
        to = relay(server.port, Tls.REQUIRED, ca=str(authority.ca))
        outcomes, fault = await send(EmailProvider([to], mime, patience=PATIENCE), letters())
        assert fault is None
        assert kinds(outcomes) == {"Accepted": len(AWKWARD) + 1}
        arrived = [file.replace(b"\n", b"\r\n") for file in server.delivered(len(AWKWARD) + 1)]
    assert [verified(mail) for mail in arrived] == [[True, True]] * (len(AWKWARD) + 1)


def test_a_record_is_read_as_it_is_written() -> None:
    pair = PAIRS[DkimAlgorithm.RSA]
    written = record.value(DkimAlgorithm.RSA, pair.public)
    assert record.publishes([written], DkimAlgorithm.RSA, pair.public)
    assert record.publishes([f"p={pair.public[:40]} {pair.public[40:]} ; v=DKIM1"], DkimAlgorithm.RSA, pair.public)
    assert not record.publishes([written], DkimAlgorithm.ED25519, pair.public)
    assert not record.publishes(["v=DKIM1; p="], DkimAlgorithm.RSA, pair.public)
    assert all(len(part) <= 257 for part in re.findall(r'"[^"]*"', record.strings(written)))
