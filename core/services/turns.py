"""One commit after another records what came back and marks what goes next, with a bound on what is between the two."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Concatenate, ParamSpec

from core.errors import Unavailable
from core.exchange import Exchange
from core.hot import HotConnection, Statement, as_array
from core.messages import Accepted, DeliveryId, Message, Outcome, Settled, Unknown, Unsent
from core.queries import deliveries
from core.services.claims import Ahead, Claimed, Claims
from core.services.outcomes import Wrong

GROUP = 50
"""The most messages marked `sending` in one commit, and handed over together."""
LATEST_SECONDS = 0.005
"""How long an outcome waits for others: a commit costs nearly the same for one as for fifty."""

Returned = tuple[Claimed, Outcome]


P = ParamSpec("P")


def _guarded(step: "Callable[Concatenate[Turns, P], None]") -> "Callable[Concatenate[Turns, P], None]":
    """A callback of the loop has nobody above it: whatever goes wrong in one ends the turns, and `run` raises it."""

    def guarded(turns: "Turns", /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            step(turns, *args, **kwargs)
        except Exception as problem:  # noqa: BLE001 - see above
            turns._fail(problem)

    return guarded


class Turns:
    """At most one turn is on its way; each begins as soon as it is worth a commit.

    Callbacks all through: under load a pass of the event loop takes a millisecond, and a turn that is awaited takes
    five of them beside its commit, while its messages hold up the window.
    """

    def __init__(
        self,
        channel: str,
        claims: Claims,
        *,
        window: int,
        clock: Callable[[], datetime],
        message: Callable[[Claimed], Message],
        record_wrong: Callable[[Sequence[tuple[Claimed, Wrong]]], Awaitable[None]],
    ) -> None:
        self._claims, self._window, self._clock = claims, window, clock
        self._message, self._record_wrong = message, record_wrong
        self._enough = max(1, window // 4)
        self._statement = Statement(deliveries.turn(channel))
        self._exchange = Exchange(self._statement, self._answered, self._fail)
        self.open: dict[DeliveryId, Claimed] = {}
        """Claimed and not marked: to be given back if they never are."""
        self.under_way: dict[DeliveryId, Claimed] = {}
        """Marked, and their outcome not recorded yet: never more than the window."""
        self.sent = self.settled = 0
        self._returned: list[Returned] = []
        self._recording: list[Returned] = []
        self._marking: list[Claimed] = []
        self._marked: asyncio.Queue[list[Message] | None] = asyncio.Queue()
        self._timer: asyncio.TimerHandle | None = None
        self._late = self._stopping = self._closed = self._done = False
        self._busy = True
        """Whether a turn is on its way; none may begin before `run`."""

    async def run(self, claiming: HotConnection, ledger: HotConnection) -> None:
        """Until `end` was called and all that came back is recorded.

        If a turn fails nothing more begins, for its outcome could not be recorded either.
        """
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            async with self._exchange.over(ledger):
                self._ahead = Ahead(self._claims, claiming, GROUP, self.look)
                try:
                    self._busy = False
                    self.look()
                    await self._over
                finally:
                    self._busy = True
                    with suppress(Unavailable):
                        self._keep(await self._ahead.close())
        finally:
            self._close()

    async def groups(self) -> AsyncIterator[Sequence[Message]]:
        """Marked groups until nothing is left or nothing may begin any more."""
        while (group := await self._marked.get()) is not None:
            yield group

    def settle(self, settled: Sequence[Settled]) -> None:
        """These came back, and are recorded with the next turn."""
        self.settled += len(settled)
        self._returned += [(self.under_way[id_], outcome) for id_, outcome in settled]
        self.look()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping = True
        self.look()

    def end(self) -> None:
        """The provider has come to its end: what it left unsettled is settled here."""
        self._done = True
        self.stop()

    @_guarded
    def look(self) -> None:
        """Begin a turn if none is on its way and it is worth one."""
        if self._busy:
            return
        if self._is_due():
            self._begin()
        elif self._returned and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LATEST_SECONDS, self._hurry)

    async def record_rest(self, ledger: HotConnection) -> None:
        """What the turns could not record, over another connection."""
        self._settle_untaken()
        self._recording, self._returned = self._returned, []
        try:
            await ledger.run(self._statement, **self._values())
            await self._record_wrong(_wrong(self._recording))
        except BaseException:
            self._returned, self._recording = self._recording, []
            raise
        self._forget()

    def _is_due(self) -> bool:
        returned, under_way = len(self._returned), len(self.under_way)
        if returned >= self._enough or returned == under_way:
            return True
        room = self._window - under_way >= self._enough and self._ahead.has_some
        return room or self._late or self._stopping

    def _begin(self) -> None:
        """One commit: what came back is recorded, and what goes next is marked."""
        if self._claims.is_over(self._clock()):
            self._stopping = True
        if self._done:
            self._settle_untaken()
        accepted = sum(isinstance(outcome, Accepted) for _, outcome in self._returned)
        room = self._window - len(self.under_way) + accepted
        self._marking = [] if self._stopping else self._next_group(room)
        if self._stopping or self._ahead.ended:
            self._close()
        if self._marking or self._returned:
            self._send()
        elif self._done and not self.under_way:
            self._over.set_result(None)

    def _send(self) -> None:
        self._recording, self._returned = self._returned, []
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._late, self._busy = None, False, True
        self._exchange.send(**self._values())

    def _next_group(self, room: int) -> list[Claimed]:
        """As many as there is room for, once there is room for enough."""
        self._keep(self._ahead.refill())
        waiting = self._ahead.waiting
        if room < min(self._enough, len(waiting)):
            return []
        return [waiting.popleft() for _ in range(min(GROUP, room, len(waiting)))]

    def _values(self) -> dict[str, str]:
        """Of the turn's statement, as PostgreSQL writes them."""
        accepted = [(claimed.id, outcome.said) for claimed, outcome in self._recording if isinstance(outcome, Accepted)]
        return {
            "accepted_ids": as_array([id_ for id_, _ in accepted]),
            "saids": as_array([said for _, said in accepted]),
            "now": self._clock().isoformat(),
            "ids": as_array([claimed.id for claimed in self._marking]),
            "generations": as_array([claimed.generation for claimed in self._marking]),
            "batch_ids": as_array([claimed.batch_id for claimed in self._marking]),
        }

    @_guarded
    def _answered(self, marked: bytes | None) -> None:
        """Committed. What went wrong is recorded before anything else begins."""
        going = set() if marked is None else {int(id_) for id_ in marked[1:-1].split(b",")}
        if wrong := _wrong(self._recording):
            self._wrong = asyncio.ensure_future(self._record_wrong(wrong))
            self._wrong.add_done_callback(lambda done: self._wrong_recorded(done, going))
        else:
            self._complete(going)

    @_guarded
    def _wrong_recorded(self, done: "asyncio.Future[None]", going: set[DeliveryId]) -> None:
        done.result()
        self._complete(going)

    def _complete(self, going: set[DeliveryId]) -> None:
        self._forget()
        self._hand_over(going)
        self._busy = False
        self.look()

    def _forget(self) -> None:
        """What is recorded is under way no longer; until then it stays, since the database may go at any moment."""
        for claimed, outcome in self._recording:
            del self.under_way[claimed.id]
            self.sent += isinstance(outcome, Accepted)
        self._recording = []

    def _hand_over(self, going: set[DeliveryId]) -> None:
        """Those that may still go; the others stay claimed and are given back at the end."""
        if len(going) < len(self._marking):
            self._claims.interrupted()
        group = [claimed for claimed in self._marking if claimed.id in going]
        messages = [self._message(claimed) for claimed in group]
        for claimed in group:
            self.under_way[claimed.id] = claimed
            del self.open[claimed.id]
        if messages:
            self._marked.put_nowait(messages)

    def _hurry(self) -> None:
        self._timer, self._late = None, True
        self.look()

    def _fail(self, problem: Exception) -> None:
        """Nothing more begins; what was on its way may or may not be recorded."""
        self._returned = self._recording + self._returned
        self._recording = []
        self._busy = True
        self._close()
        if not self._over.done():
            self._over.set_exception(problem)

    def _close(self) -> None:
        """Let the provider come to its end."""
        if not self._closed:
            self._closed = True
            self._marked.put_nowait(None)

    def _settle_untaken(self) -> None:
        """What the provider did not take any more was not sent; what it took and left unsettled may have been."""
        while not self._marked.empty():
            for message in self._marked.get_nowait() or ():
                self._returned.append((self.under_way[message.delivery_id], Unsent("not begun")))
        settled = {claimed.id for claimed, _ in self._returned}
        for claimed in self.under_way.values():
            if claimed.id not in settled:
                self._returned.append((claimed, Unknown("the provider ended without a word")))

    def _keep(self, batch: list[Claimed]) -> None:
        for claimed in batch:
            self.open[claimed.id] = claimed


def _wrong(returned: Sequence[Returned]) -> list[tuple[Claimed, Wrong]]:
    return [(claimed, outcome) for claimed, outcome in returned if not isinstance(outcome, Accepted)]
