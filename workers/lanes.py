"""The ways by which email leaves side by side: the installation's servers, and those of senders with their own.

Each way has a provider and a drain to itself, so that none waits for another's server, and what is wrong with one
holds up its own sender alone.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from core.services.dispatcher import Drained

MOST = 5
"""Own ways at a time; the others take turns."""
USUAL_SHARE, OWN_SHARE = 2, 2 * MOST
"""By how much the bound between mark and outcome is divided, so that all together keep to it."""
LOOK_SECONDS = 1.0

Lane = int | None
"""The sender whose own servers are used; None: the installation's."""
Flight = Callable[[Lane, int], Coroutine[Any, Any, Drained]]


class Lanes:
    """Flies all that have something to send, and looks again as long as one of them flies."""

    def __init__(self, fly: Flight, waiting: Callable[[], list[Lane]]) -> None:
        """`waiting` says which ways have something that may go now; it is called in a thread."""
        self._fly, self._waiting = fly, waiting
        self._flying: dict[Lane, asyncio.Task[Drained]] = {}
        self._stopped = False

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopped = True

    async def run(self) -> Drained:
        """Until nothing is left, or `stop` is called and what flies has landed; what all of them did, in sum."""
        done = Drained()
        try:
            while True:
                if not self._stopped:
                    self._begin(await asyncio.to_thread(self._waiting))
                if not self._flying:
                    return done
                await asyncio.wait(self._flying.values(), timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                for lane in [lane for lane, flight in self._flying.items() if flight.done()]:
                    done.add(self._flying.pop(lane).result())
        finally:
            await asyncio.gather(*self._flying.values(), return_exceptions=True)

    def _begin(self, waiting: list[Lane]) -> None:
        for lane in waiting:
            own = sum(flying is not None for flying in self._flying)
            if lane not in self._flying and (lane is None or own < MOST):
                share = USUAL_SHARE if lane is None else OWN_SHARE
                self._flying[lane] = asyncio.ensure_future(self._fly(lane, share))
