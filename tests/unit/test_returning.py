"""Addresses that letters come back to: one for each, aligned with its sender, and forged by nobody."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.returning import BOUNCE, UNSUBSCRIBE, ReturnPath, sent_to
from config.checks import LONGEST_LOCAL_PART, BadSetting, return_addresses
from core.messages import Content, Message, Sender
from core.rules import tokens

KEY = b"k" * 32
NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
IDS = st.integers(0, 2**63 - 1)


def message(delivery_id: int, sender: str) -> Message:
    content = Content(1, "Hello", None, "Hello", Sender("Shop", sender), 1, "marketing", "spring", "Spring")
    return Message(delivery_id, 1, "anna@example.org", content, {}, NOON)


@given(IDS)
def test_a_return_address_names_its_delivery_whatever_happens_to_its_case(delivery_id: int) -> None:
    path = ReturnPath([f"{'r' * LONGEST_LOCAL_PART}@shop.example"], KEY)
    address = path.envelope_sender(message(delivery_id, "news@shop.example"))
    assert len(address.partition("@")[0]) <= 64
    assert address == address.lower()
    assert sent_to(KEY, f"<{address}>") == sent_to(KEY, address.upper()) == (BOUNCE, delivery_id)


@given(IDS)
def test_the_token_is_base32(delivery_id: int) -> None:
    token = tokens.base32_signer(KEY, tokens.RETURN)(delivery_id)
    assert base64.b32decode(token.upper() + "======")[1:9] == delivery_id.to_bytes(8, "big")


def test_the_way_to_unsubscribe_by_mail_is_told_from_a_bounce() -> None:
    path = ReturnPath(["bounces.shop.example"], KEY)
    header = path.mailto("news@shop.example")(7).decode()
    assert header.startswith(", <mailto:u-")
    assert sent_to(KEY, header) == (UNSUBSCRIBE, 7)


@pytest.mark.parametrize(
    ("sender", "domain"),
    [
        ("news@shop.example", "bounces.shop.example"),
        ("news@mail.other.example", "other.example"),
        ("news@elsewhere.example", "bounces.shop.example"),
        ("news@bücher.example", "bounces.xn--bcher-kva.example"),
    ],
)
def test_it_is_aligned_with_the_sender_where_it_can_be(sender: str, domain: str) -> None:
    path = ReturnPath(["bounces.shop.example", "returns@other.example", "bounces.bücher.example"], KEY)
    assert path.envelope_sender(message(1, sender)).rpartition("@")[2] == domain


@given(IDS, st.integers(0, 33), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_token_is_worth_nothing(delivery_id: int, at: int, letter: str) -> None:
    token = tokens.base32_signer(KEY, tokens.RETURN)(delivery_id)
    changed = token[:at] + letter + token[at + 1 :]
    last_bits_unused = at == len(token) - 1
    if changed != token and not last_bits_unused:
        assert sent_to(KEY, f"b-{changed}@shop.example") is None
    assert sent_to(b"o" * 32, f"b-{token}@shop.example") is None


def test_a_token_of_another_purpose_is_none_of_these() -> None:
    token = tokens.base32_signer(KEY, tokens.MESSAGE_ID)(1)
    assert sent_to(KEY, f"b-{token}@shop.example") is None
    assert tokens.verify_lower(KEY, tokens.MESSAGE_ID, tokens.sign_lower(KEY, tokens.MESSAGE_ID, 1).decode()) == 1
    assert tokens.verify_lower(KEY, tokens.MESSAGE_ID, tokens.sign_lower(KEY, tokens.RETURN, 1).decode()) is None


@given(st.text(max_size=200))
def test_whatever_stands_in_an_address_is_read_to_an_end(text: str) -> None:
    assert sent_to(KEY, text) is None
    assert tokens.verify_lower(KEY, tokens.MESSAGE_ID, text) is None


def test_the_mailbox_names_the_address_where_nothing_else_does() -> None:
    mailbox = "imaps://returns%40shop.example:secret@imap.shop.example/INBOX"
    assert return_addresses({}, "R", mailbox) == ("returns@shop.example",)
    assert return_addresses({"R": "bounces.shop.example, a@b.example"}, "R", mailbox) == (
        "bounces.shop.example",
        "a@b.example",
    )
    assert return_addresses({}, "R", "imaps://anna:secret@imap.shop.example/INBOX") == ()


@pytest.mark.parametrize("wrong", ["returns", "@", "a@b@c.example", "r" * 28 + "@shop.example", "<a@b.example>"])
def test_what_cannot_be_a_return_address_is_refused(wrong: str) -> None:
    with pytest.raises(BadSetting):
        return_addresses({"R": wrong}, "R", None)
