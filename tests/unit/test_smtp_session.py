"""What a session makes of a server's replies, whether they come together or one by one."""

import asyncio
from collections import deque

import pytest

from channels.email.smtp.capabilities import Capabilities
from channels.email.smtp.letter import Letter
from channels.email.smtp.patience import PATIENCE
from channels.email.smtp.session import Session
from channels.email.smtp.wire import Wire
from core.messages import Accepted, DeliveryId, Outcome
from core.rules.replies import Reply, Stage

ENVELOPE = b"250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n"


class Written(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.all = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.all += data

    def abort(self) -> None:
        """Nothing to hang up."""


class Desk:
    """A channels.email.smtp.session.Post with three letters."""

    def __init__(self) -> None:
        self.letters = deque(Letter(n, "a@b.test", f"u{n}@c.test", b"Subject: x\r\n\r\n.hi\r\n") for n in range(3))
        self.settled: list[tuple[DeliveryId, Outcome]] = []

    def next_letter(self, _session: Session) -> Letter | None:
        return self.letters.popleft() if self.letters else None

    def settle(self, delivery: DeliveryId, outcome: Outcome) -> None:
        self.settled.append((delivery, outcome))

    def give_back(self, letter: Letter, why: str) -> None:
        raise AssertionError(why)

    def refused(self, stage: Stage, reply: Reply) -> None:
        """Noted elsewhere."""

    def ended(self, session: Session) -> None:
        """Nothing is counted here."""


@pytest.mark.parametrize(
    "answers",
    [
        [b"250 taken 0\r\n" + ENVELOPE, b"250 taken 1\r\n" + ENVELOPE, b"250 taken 2\r\n"],
        [b"550 5.7.1 no\r\n" + ENVELOPE, b"250 taken 1\r\n" + ENVELOPE, b"451 4.3.0 later\r\n"],
        [b"250 taken 0\r\n250 ok\r\n550 5.1.1 nobody\r\n554 none\r\n", b"250 clear\r\n" + ENVELOPE, b"250 taken\r\n"],
        [b"250-taken\r\n250 0\r\n" + ENVELOPE, b"250\r\n" + ENVELOPE, b"250 taken 2\r\n"],
    ],
)
def test_the_same_comes_of_replies_however_they_are_cut(answers: list[bytes]) -> None:
    whole = conversed([ENVELOPE, *answers])
    single = conversed([bytes([octet]) for octet in b"".join([ENVELOPE, *answers])])
    assert whole == single
    assert len(whole[0]) == 3


def test_a_letter_taken_and_the_next_envelope_at_once() -> None:
    settled, written = conversed([ENVELOPE, b"250 taken 0\r\n" + ENVELOPE, b"250 taken 1\r\n" + ENVELOPE])
    assert settled == [(0, Accepted("taken 0")), (1, Accepted("taken 1"))]
    assert written.count(b"\r\n..hi\r\n.\r\n") == 3


def conversed(heard: list[bytes]) -> tuple[list[tuple[DeliveryId, Outcome]], bytes]:
    """What was settled and what was written when a server said this, piece by piece."""
    wire, desk, written = Wire(), Desk(), Written()
    wire.connection_made(written)
    Session(wire, Capabilities(pipelining=True), desk, PATIENCE, lambda: 0.0).begin()
    for piece in heard:
        wire.data_received(piece)
    return desk.settled, written.all
