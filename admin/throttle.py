"""A brake on guessing passwords: so many failures within a quarter of an hour, by account and by address."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

WINDOW_SECONDS = 15 * 60
ALLOWED = {"account": 10, "address": 30}


class Throttle:
    """Remembers failures in this process: the panel is one, and a restart may forgive."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def allows(self, names: Sequence[str]) -> bool:
        """Whether all of these, each `account:…` or `address:…`, may try again."""
        with self._lock:
            self._drop_old()
            return all(len(self._failures.get(name, ())) < ALLOWED[name.split(":")[0]] for name in names)

    def failed(self, names: Sequence[str]) -> None:
        with self._lock:
            for name in names:
                self._failures.setdefault(name, deque()).append(self._clock())

    def forget(self, name: str) -> None:
        with self._lock:
            self._failures.pop(name, None)

    def _drop_old(self) -> None:
        since = self._clock() - WINDOW_SECONDS
        for name in list(self._failures):
            times = self._failures[name]
            while times and times[0] < since:
                times.popleft()
            if not times:
                del self._failures[name]
