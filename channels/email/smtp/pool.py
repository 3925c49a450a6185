"""The connections to one relay: opened as work comes in, slowed down where the server asks, given up when they fail."""

import asyncio
from collections.abc import Callable

import structlog

from channels.email.smtp.backlog import Backlog
from channels.email.smtp.dialogue import say_goodbye
from channels.email.smtp.faults import NotNow
from channels.email.smtp.greeting import open_wire
from channels.email.smtp.letter import Letter, objection
from channels.email.smtp.pace import Pace
from channels.email.smtp.patience import Patience
from channels.email.smtp.reach import Reach
from channels.email.smtp.relay import Relay
from channels.email.smtp.session import Session
from channels.email.smtp.shares import Shares
from core.errors import ChannelHalted, RetryLater
from core.messages import DeliveryId, Outcome, Unknown, Unsent
from core.rules.replies import Reply, Stage, needs_a_person, too_fast

TICK = 0.1
FROZEN_SECONDS = 1.0
"""A tick that comes so late says that this process stood still."""
UNREACHABLE_SECONDS = 30.0
"""After how long a relay that could not be reached is worth another run."""

log = structlog.get_logger()


class Pool:
    """`fault` is None until the relay is given up; what it had under way is then still brought to its end."""

    def __init__(
        self, relay: Relay, backlog: Backlog, patience: Patience, shares: Shares, failed: Callable[[], None]
    ) -> None:
        self.relay = relay
        self.fault: Exception | None = None
        self.pace = Pace()
        self._backlog = backlog
        self._patience = patience
        self._shares = shares
        self._failed = failed
        self._clock = asyncio.get_running_loop().time
        self._ticked = self._clock()
        self._reach = Reach(relay.connections, patience.unreachable)
        self._sessions: set[Session] = set()
        self._hungry: dict[Session, None] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self._pause: asyncio.TimerHandle | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def weight(self) -> int:
        return self.relay.weight

    @property
    def is_down(self) -> bool:
        return self.fault is not None

    @property
    def is_working(self) -> bool:
        """Whether a connection is open."""
        return bool(self._sessions)

    def wake(self) -> None:
        """There may be work: call those who wait for it, and open connections for the rest."""
        if self.fault is not None:
            return
        while self._hungry and self._backlog.waiting and not self._must_wait(self._clock()):
            session = next(iter(self._hungry))
            del self._hungry[session]
            session.begin()
            if session in self._hungry:
                break
        self._open_more()

    def tick(self) -> None:
        """Look after the clock: time-outs, connections without work, new attempts, a pace that allows more."""
        now = self._clock()
        if now - self._ticked > FROZEN_SECONDS:
            self._thaw(now)
        self._ticked = now
        for session in [session for session in self._sessions if session.deadline < now]:
            if session.is_idle:
                session.retire()
            else:
                session.expire()
        self.wake()

    def _thaw(self, now: float) -> None:
        """We were asleep, not they: answers that came meanwhile are read before anybody's time counts as over."""
        for session in self._sessions:
            session.deadline = max(session.deadline, now + FROZEN_SECONDS)

    async def close(self) -> None:
        """QUIT on every connection; all is settled by now."""
        for task in self._opening:
            task.cancel()
        for session in list(self._sessions):
            session.retire()
        await asyncio.gather(*self._opening, *self._leaving, return_exceptions=True)

    def abort(self) -> None:
        """Hang up everywhere, at once."""
        if self._pause is not None:
            self._pause.cancel()
        for task in (*self._opening, *self._leaving):
            task.cancel()
        for session in list(self._sessions):
            session.wire.abort("stopped")

    def next_letter(self, session: Session) -> Letter | None:
        while self._shares.may_take(self):
            now = self._clock()
            if self._must_wait(now):
                break
            letter = self._backlog.next_letter(proven=session.proven)
            if letter is None:
                break
            refused = objection(letter, session.offered)
            if refused is None:
                self.pace.took(now)
                self._shares.took(self)
                if self._hungry:
                    self._hungry.pop(session, None)
                return letter
            self._backlog.settle(letter.delivery_id, refused)
        self._hungry[session] = None
        return None

    def settle(self, delivery: DeliveryId, outcome: Outcome) -> None:
        self._backlog.settle(delivery, outcome)
        if self._reach.is_failing and not isinstance(outcome, Unknown | Unsent):
            self._reach.succeeded()

    def give_back(self, letter: Letter, why: str) -> None:
        self._backlog.give_back(letter, why)

    def refused(self, stage: Stage, reply: Reply) -> None:
        if needs_a_person(reply):
            self._fail(ChannelHalted("smtp.login_needed", host=self.relay.host, said=reply.said))
        elif too_fast(reply) and self.pace.slow_down(self._clock()):
            log.warning("smtp.slowed_down", host=self.relay.host, stage=stage, code=reply.code, rate=self.pace.rate)

    def ended(self, session: Session) -> None:
        self._sessions.discard(session)
        self._hungry.pop(session, None)
        if session.wire.lost is not None:
            if session.tried and not session.proven:
                self._not_opened(NotNow(session.wire.lost))
        else:
            leaving = asyncio.ensure_future(say_goodbye(session.wire, self._patience.goodbye))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    def _must_wait(self, now: float) -> bool:
        """Whether the pace holds the next letter back; then those who wait are called when it no longer does."""
        wait = self.pace.wait(now)
        if wait and self._pause is None:
            self._pause = asyncio.get_running_loop().call_later(wait, self._go_on)
        return bool(wait)

    def _go_on(self) -> None:
        self._pause = None
        self.wake()

    def _open_more(self) -> None:
        if self.fault is not None:
            return
        wanted = self._backlog.waiting - len(self._hungry) - len(self._opening)
        held = len(self._sessions) + len(self._opening)
        for _ in range(min(wanted, self._reach.room(self._clock(), held))):
            opening = asyncio.ensure_future(self._open())
            self._opening.add(opening)
            opening.add_done_callback(self._tried)

    def _tried(self, opening: asyncio.Task[None]) -> None:
        """An error that nobody foresaw ends the run instead of leaving it to wait for ever."""
        self._opening.discard(opening)
        problem = None if opening.cancelled() else opening.exception()
        if isinstance(problem, Exception):
            self._fail(problem)

    async def _open(self) -> None:
        try:
            wire, offered = await open_wire(self.relay, self._patience)
        except NotNow as problem:
            self._not_opened(problem)
        except ChannelHalted as fault:
            self._fail(fault)
        else:
            session = Session(wire, offered, self, self._patience, self._clock)
            self._sessions.add(session)
            session.begin()
            if self.fault is not None:
                session.retire()

    def _not_opened(self, problem: NotNow) -> None:
        """A connection came to nothing; when that is all that happens for a while, the relay is given up."""
        now = self._clock()
        self._reach.failed(now, len(self._sessions), busy=problem.busy)
        log.warning("smtp.not_connected", host=self.relay.host, problem=problem.why)
        if self._reach.is_unreachable(now):
            code = "smtp.busy" if problem.busy else "smtp.unreachable"
            where = {"host": self.relay.host, "port": self.relay.port, "problem": problem.why}
            self._fail(RetryLater(code, after=UNREACHABLE_SECONDS, scope="channel", **where))

    def _fail(self, fault: Exception) -> None:
        if self.fault is None:
            self.fault = fault
            self._failed()
            for session in list(self._sessions):
                session.retire()
