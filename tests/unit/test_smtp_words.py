"""What goes to and comes from a mail server, in bytes."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.smtp.capabilities import Capabilities, read_capabilities
from channels.email.smtp.letter import Letter, command_mail, objection, stuffed
from channels.email.smtp.relay import Relay, parse_relay
from channels.email.smtp.wire import LONGEST_REPLY, Wire
from core.errors import Invalid
from core.vocabulary import Reason, Tls


class NoTransport(asyncio.Transport):
    def abort(self) -> None:
        """Nothing to hang up."""


def heard(*pieces: bytes) -> tuple[list[bytes], str | None]:
    """The replies that a wire makes of what comes in, and why it was lost."""
    wire, replies = Wire(), list[bytes]()
    wire.connection_made(NoTransport())
    wire.on_reply = lambda line: replies.append(line.rstrip())
    for piece in pieces:
        if wire.lost is None:
            wire.data_received(piece)
    return replies, wire.lost


@given(st.integers(1, 40))
def test_replies_are_the_same_however_the_bytes_are_cut(size: int) -> None:
    said = b"250 one\r\n250-two\r\n250-more\r\n250 end\r\n354 go\n550 5.1.1 no\r\n"
    pieces = [said[start : start + size] for start in range(0, len(said), size)]
    assert heard(*pieces) == ([b"250 one", b"250 two\nmore\nend", b"354 go", b"550 5.1.1 no"], None)


@pytest.mark.parametrize(
    "said", [b"hello\r\n", b"250-a\r\n251 b\r\n", b"x" * (LONGEST_REPLY + 1), b"250-" + b"\n250-" * 70000]
)
def test_what_is_no_reply_ends_the_connection(said: bytes) -> None:
    replies, lost = heard(said)
    assert replies == []
    assert lost is not None


@given(st.binary(max_size=200))
def test_a_wire_survives_anything(said: bytes) -> None:
    heard(said)


@given(st.lists(st.sampled_from(["", ".", "..", ".a", "a.", "a"]), max_size=6).map("\r\n".join))
def test_a_stuffed_body_ends_once_and_comes_back_as_it_was(text: str) -> None:
    body = text.encode()
    sent = stuffed(body)
    assert sent.endswith(b"\r\n.\r\n") or sent == b".\r\n"
    lines = sent.removesuffix(b".\r\n").split(b"\r\n")
    assert b"." not in lines
    received = b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)
    assert received in (body, body + b"\r\n")


def test_no_letter_ends_itself_behind_a_bare_line_feed() -> None:
    assert b"\n.\r\n" not in stuffed(b"a\n.\r\nMAIL FROM:<x@y.test>\r\n").removesuffix(b"\n.\r\n")


def test_the_offers_of_a_server_are_read() -> None:
    text = "mx.test hello\nPIPELINING\nsize 1000\n8bitmime\nAUTH PLAIN login\nAUTH=LOGIN\n\nSMTPUTF8\nX-ODD"
    assert read_capabilities(text) == Capabilities(True, True, True, False, 1000, frozenset({"LOGIN", "PLAIN"}))
    assert read_capabilities("mx.test\nSIZE") == Capabilities(size=0)
    assert read_capabilities("mx.test\nSIZE lots") == Capabilities(size=0)


def test_an_envelope_uses_what_is_offered() -> None:
    letter = Letter(1, "a@b.test", "c@d.test", "ü".encode())
    assert command_mail(letter, Capabilities()) == b"MAIL FROM:<a@b.test>\r\n"
    offered = Capabilities(eight_bit=True, size=0)
    assert command_mail(letter, offered) == b"MAIL FROM:<a@b.test> SIZE=2 BODY=8BITMIME\r\n"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@b",
        "a b@c.test",
        "a@b.test>",
        "a@b.test\r\nRCPT TO:<c@d.test>",
        "a\x00@b.test",
        "<a@b.test>",
        "a@b@c",
    ],
)
def test_an_address_that_could_break_the_command_is_refused(address: str) -> None:
    refused = objection(Letter(1, "a@b.test", address, b""), Capabilities(utf8=True))
    assert refused is not None
    assert refused.reason is Reason.INVALID_ADDRESS


@pytest.mark.parametrize(
    "address",
    ["a@b.test", "a.b+c@d-e.test", '"a b"@c.test', "a'b@c.test", "a@[192.0.2.1]", "jürgen@b.test", "a=b@c.test"],
)
def test_an_address_that_smtp_can_carry_is_carried(address: str) -> None:
    assert objection(Letter(1, "a@b.test", address, b""), Capabilities(utf8=True)) is None


def test_a_relay_is_read_from_its_address() -> None:
    assert parse_relay("smtp://mail.test") == Relay("mail.test", 25, Tls.OPPORTUNISTIC)
    assert parse_relay("smtps://mail.test") == Relay("mail.test", 465, Tls.IMPLICIT)
    assert parse_relay("smtp://a%40b:p%3A%2Fw@mail.test") == Relay("mail.test", 587, Tls.REQUIRED, "a@b", "p:/w")
    assert parse_relay("smtp://a:b@127.0.0.1:2525").tls is Tls.OPPORTUNISTIC
    assert parse_relay("smtp://m.test?tls=none&connections=5&weight=0&name=me.test", connections=9) == Relay(
        "m.test", 25, Tls.NONE, connections=5, weight=0, name="me.test"
    )


@pytest.mark.parametrize(
    "url",
    [
        "smtp://",
        "http://mail.test",
        "smtp://mail.test?tls=maybe",
        "smtp://mail.test:port",
        "smtp://mail.test?colour=red",
        "smtp://mail.test?connections=0",
        "smtp://mail.test?connections",
    ],
)
def test_an_address_that_names_no_relay_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_relay(url)
    assert refused.value.code == "smtp.bad_url"


def test_a_relay_does_not_show_its_password() -> None:
    assert "secret" not in repr(parse_relay("smtp://user:secret@mail.test"))
