"""What mail to the return address means: it never raises, and nobody but a keyed token names a letter."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.returns.meaning import understand
from core.rules import tokens
from core.vocabulary import EventKind

KEY = b"k" * 32
NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
TOKEN = tokens.base32_signer(KEY, tokens.RETURN)(7)
PIECES = st.sampled_from([
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=e\n\n",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Type: text/plain; charset=no-such\nContent-Transfer-Encoding: base64\n\n",
    b"Content-Transfer-Encoding: quoted-printable\n\n=ZZ=",
    b"--e\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\nStatus: 5.1.1\n\n",
    b"--e--\n",
    b"Subject: =?utf-8?q?=0D=0A?=\n",
    b"From: MAILER-DAEMON\n",
    b"In-Reply-To: <x@y>\n",
    f"To: returns+b-{TOKEN}@shop.example\n".encode(),
    b"\n\n",
])  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES | st.binary(max_size=60), max_size=12))
def test_whatever_comes_is_one_event_that_can_be_stored(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    event = understand(raw, KEY, NOON)
    assert event.delivery_id in (None, 7)
    assert understand(raw, KEY, NOON).key == event.key
    for value in event.details.values():
        assert "\x00" not in value.encode("utf-8").decode("utf-8")


def test_a_person_who_speaks_of_something_undeliverable_has_answered() -> None:
    mail = (
        f"From: anna@far.example\nTo: returns+b-{TOKEN}@shop.example\nSubject: Re: Hello\nIn-Reply-To: <x@y>\n\n"
        "My parcel was undeliverable, the address does not exist they said. Can you help?"
    )
    event = understand(mail.encode(), KEY, NOON)
    assert (event.kind, event.delivery_id) == (EventKind.REPLIED, 7)
