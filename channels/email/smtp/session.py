"""One connection at work: envelopes and bodies out, replies in, and for each letter what became of it."""

import re
from collections import deque
from collections.abc import Callable
from typing import Protocol

from channels.email.smtp.capabilities import Capabilities
from channels.email.smtp.letter import Letter, command_mail, command_rcpt, data
from channels.email.smtp.patience import Patience
from channels.email.smtp.wire import Wire
from core.messages import Accepted, DeliveryId, Outcome, Unknown, Unsent
from core.rules.replies import SAID_LIMIT, Reply, Stage, needs_a_person, read, verdict

USUAL_REPLIES = 4
_USUAL = re.compile(rb"2\d\d [^\n]*\n2\d\d [^\n]*\n2\d\d [^\n]*\n354 [^\n]*\n")
"""To the last dot, MAIL, RCPT and DATA."""
_TWO = ord("2")
_THREE = ord("3")


class Post(Protocol):
    """What a session needs from the pool that it belongs to."""

    def next_letter(self, session: "Session") -> Letter | None:
        """The next letter for this session; None: not now, and `begin` will be called."""
        ...

    def settle(self, delivery: DeliveryId, outcome: Outcome) -> None: ...

    def give_back(self, letter: Letter, why: str) -> None:
        """Surely not sent: the letter may go out over another connection."""
        ...

    def refused(self, stage: Stage, reply: Reply) -> None:
        """The server refused something; slow down or halt where the reply asks for it."""
        ...

    def ended(self, session: "Session") -> None:
        """Nothing is under way any more, and nothing more will be taken; the wire may still be open."""
        ...


class Session:
    """At most two letters at once: `_flying` awaits the answer to its dot, of `_current` only the envelope is out.

    With PIPELINING (RFC 2920) a body and the next envelope leave in one write, so that a letter costs one
    write and one read; without it the same steps are taken one reply at a time.
    """

    def __init__(self, wire: Wire, offered: Capabilities, post: Post, patience: Patience, clock: Callable[[], float]):
        self.wire = wire
        self.offered = offered
        self.deadline = clock() + patience.idle
        self.proven = False
        """Whether the server has ever decided about a letter of this connection."""
        self.tried = False
        """Whether a letter was ever begun on it."""
        self._post = post
        self._patience = patience
        self._clock = clock
        self._flying: Letter | None = None
        self._current: Letter | None = None
        self._refusal: Outcome | None = None
        self._behind_dot = 0
        self._retiring = False
        self._awaited: deque[Callable[[bytes], None]] = deque()
        self._envelope_steps = (self._mail_answered, self._rcpt_answered, self._data_answered)
        wire.on_reply = self._heard
        wire.on_burst = self._heard_the_usual
        wire.on_lost = self._lost

    @property
    def is_idle(self) -> bool:
        return self._flying is None and self._current is None

    def begin(self) -> None:
        """Take the next letter if the protocol allows one now and there is one."""
        if self._current is None and (self.offered.pipelining or not self._awaited) and self.wire.lost is None:
            envelope = self._next_envelope()
            if envelope:
                self._behind_dot += len(envelope)
                self._send(envelope)

    def retire(self) -> None:
        """Finish what is under way and take nothing more; the post hears `ended`, maybe before this returns."""
        if not self._retiring:
            self._retiring = True
            self._end_if_done()

    def expire(self) -> None:
        """Hang up on a server that does not answer; a dot still in our own buffer has surely not been sent."""
        if self._flying is not None and self.wire.unsent > self._behind_dot:
            flying, self._flying = self._flying, None
            self._post.settle(flying.delivery_id, Unsent("the server stopped reading"))
        self.wire.abort("no answer in time")

    def _next_envelope(self) -> bytes:
        letter = None if self._retiring else self._post.next_letter(self)
        if letter is None:
            return b""
        self._current = letter
        self._refusal = None
        self.tried = True
        if not self.offered.pipelining:
            self._awaited.append(self._mail_answered)
            return command_mail(letter, self.offered)
        self._awaited.extend(self._envelope_steps)
        return command_mail(letter, self.offered) + command_rcpt(letter) + b"DATA\r\n"

    def _send(self, data: bytes) -> None:
        self.deadline = self._clock() + (self._patience.command if self._flying is None else self._patience.dot)
        self.wire.transport.write(data)

    def _heard(self, line: bytes) -> None:
        if self._awaited:
            self._awaited.popleft()(line)
        else:
            self.wire.abort(f"unasked: {read(line).said}")

    def _heard_the_usual(self, burst: bytes) -> bool:
        """The usual four replies at once: a letter taken, and the next one's envelope. One by one they cost thrice."""
        if len(self._awaited) != USUAL_REPLIES or self._flying is None or self._refusal is not None:
            return False
        if _USUAL.fullmatch(burst) is None:
            return False
        self._awaited.clear()
        self._taken(burst[: burst.index(b"\n")])
        self._send_body()
        return True

    def _mail_answered(self, line: bytes) -> None:
        if line[0] != _TWO:
            self._object(Stage.MAIL, line)
        if not self.offered.pipelining and self._current is not None:
            self._ask_or_start_over(command_rcpt(self._current), self._rcpt_answered)

    def _rcpt_answered(self, line: bytes) -> None:
        if line[0] != _TWO and self._refusal is None:
            self._object(Stage.RCPT, line)
        if not self.offered.pipelining and self._current is not None:
            self._ask_or_start_over(b"DATA\r\n", self._data_answered)

    def _ask_or_start_over(self, command: bytes, answered: Callable[[bytes], None]) -> None:
        if self._refusal is not None:
            return self._start_over()
        self._awaited.append(answered)
        return self._send(command)

    def _data_answered(self, line: bytes) -> None:
        """354 may come even after a refused recipient; then the dot alone ends it (RFC 2920, section 3.1)."""
        go_ahead = line[0] == _THREE
        if go_ahead and self._refusal is None:
            return self._send_body()
        if self._refusal is None:
            self._object(Stage.DATA, line)
        if self._current is not None:
            self._start_over(empty_body=go_ahead)
        return None

    def _send_body(self) -> None:
        letter, self._current = self._current, None
        assert letter is not None
        self._flying = letter
        self._awaited.append(self._body_answered)
        envelope = self._next_envelope() if self.offered.pipelining else b""
        self._behind_dot = len(envelope)
        self._send(data(letter, envelope))

    def _body_answered(self, line: bytes) -> None:
        if line[0] == _TWO:
            self._taken(line)
        else:
            flying, self._flying = self._flying, None
            assert flying is not None
            self.proven = True
            reply = read(line)
            self._post.settle(flying.delivery_id, verdict(Stage.BODY, reply))
            self._post.refused(Stage.BODY, reply)
            if reply.code == 421:
                return self.wire.abort(reply.said)
        if self._current is None:
            self._rest()
        return None

    def _taken(self, line: bytes) -> None:
        flying, self._flying = self._flying, None
        assert flying is not None
        self.proven = True
        self._post.settle(flying.delivery_id, Accepted(_words(line)))

    def _object(self, stage: Stage, line: bytes) -> None:
        """Note the refusal; a server that closes (421) or wants a login is left, and the letter given back."""
        reply = read(line)
        self._post.refused(stage, reply)
        if reply.code == 421 or needs_a_person(reply):
            self.wire.abort(reply.said)
        else:
            self._refusal = verdict(stage, reply)

    def _start_over(self, *, empty_body: bool = False) -> None:
        """Settle the refused letter and clear the server's transaction, with the next envelope right behind."""
        current, self._current = self._current, None
        assert current is not None
        assert self._refusal is not None
        self.proven = True
        self._post.settle(current.delivery_id, self._refusal)
        self._awaited.append(self._cleared)
        clearing = b".\r\n" if empty_body else b"RSET\r\n"
        self._send(clearing + (self._next_envelope() if self.offered.pipelining else b""))

    def _cleared(self, line: bytes) -> None:
        if line.startswith(b"421"):
            self.wire.abort(read(line).said)
        elif self._current is None:
            self._rest()

    def _rest(self) -> None:
        """Nothing is under way: go on, or wait to be called."""
        self.deadline = self._clock() + self._patience.idle
        self.begin()
        self._end_if_done()

    def _end_if_done(self) -> None:
        if self._retiring and self.is_idle and self.wire.lost is None:
            self._post.ended(self)

    def _lost(self, why: str) -> None:
        flying, self._flying = self._flying, None
        current, self._current = self._current, None
        if flying is not None:
            self._post.settle(flying.delivery_id, Unknown(why))
        if current is not None:
            self._post.give_back(current, why)
        self._post.ended(self)


def _words(line: bytes) -> str:
    """What the server said after its code; almost always printable as it is."""
    text = str(line[4 : SAID_LIMIT + 4], "latin-1").rstrip()
    return text if text.isprintable() else read(line).text
