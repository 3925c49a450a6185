"""Who of several relays takes the next letter: each its share by weight, a stand-by only when all others are down."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

AHEAD = 20.0
"""How many letters, divided by its weight, a relay may be ahead of another."""
STALLED_SECONDS = 1.0
"""A relay that took nothing for so long holds no other back."""


class Sharer(Protocol):
    """What is asked of a pool."""

    @property
    def weight(self) -> int: ...

    @property
    def is_working(self) -> bool: ...

    @property
    def is_down(self) -> bool: ...

    def wake(self) -> None: ...


class Shares:
    """Counts letters since the set of working relays last changed, so that a newcomer need not catch up."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.pools: Sequence[Sharer] = ()
        self._loop = loop
        self._working: frozenset[Sharer] = frozenset()
        self._taken: dict[Sharer, float] = {}
        self._took_at: dict[Sharer, float] = {}

    def may_take(self, pool: Sharer) -> bool:
        if len(self.pools) == 1:
            return True
        if pool.weight == 0:
            return all(other.is_down for other in self.pools if other.weight)
        self._notice_changes()
        ahead = self._taken.get(pool, 0.0) - AHEAD / pool.weight
        return not any(self._taken.get(rival, 0.0) < ahead and self._is_moving(rival) for rival in self._rivals(pool))

    def took(self, pool: Sharer) -> None:
        """One letter more; those who were held back look again."""
        if len(self.pools) > 1 and pool.weight:
            self._taken[pool] = self._taken.get(pool, 0.0) + 1 / pool.weight
            self._took_at[pool] = self._loop.time()
            for rival in self._rivals(pool):
                self._loop.call_soon(rival.wake)

    def _rivals(self, pool: Sharer) -> list[Sharer]:
        return [other for other in self._working if other is not pool and other.weight]

    def _is_moving(self, pool: Sharer) -> bool:
        return self._loop.time() - self._took_at.get(pool, 0.0) < STALLED_SECONDS

    def _notice_changes(self) -> None:
        working = frozenset(pool for pool in self.pools if pool.is_working and not pool.is_down)
        if working != self._working:
            self._working = working
            self._taken = {}
            self._took_at = dict.fromkeys(working, self._loop.time())
