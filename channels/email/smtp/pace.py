"""How fast a server may be written to: as fast as it goes, until it says that this is too fast."""

from dataclasses import dataclass, field

BURST_SECONDS = 0.01
"""How far ahead of its time a message may go: timers are too coarse for one message each."""


@dataclass(slots=True)
class Pace:
    """Additive increase, multiplicative decrease. Times are seconds of one steady clock, rates messages a second.

    `rate` is None while there is no limit. A complaint halves what was really sent; each second without one
    adds a twentieth of that measure, and at twice the measure the limit is lifted.
    """

    least: float = 0.5
    rate: float | None = None
    _measure: float = 0.0
    _next_at: float = 0.0
    _slowed_at: float = field(default=float("-inf"))
    _raised_at: float = 0.0
    _second: float = 0.0
    _count: int = 0
    _last_count: int = 0

    def wait(self, now: float) -> float:
        """How many seconds the next message has to wait; 0: none."""
        if self.rate is None or self._next_at - now <= BURST_SECONDS:
            return 0.0
        return self._next_at - now

    def took(self, now: float) -> None:
        """One more message goes out."""
        if now - self._second >= 1.0:
            self._last_count = self._count if now - self._second < 2.0 else 0
            self._second, self._count = now, 0
        self._count += 1
        if self.rate is not None:
            self._raise(now)
            if self.rate is not None:
                self._next_at = max(self._next_at, now) + 1 / self.rate

    def slow_down(self, now: float) -> bool:
        """The server complained. Within a second of another it counts as the same: it answers what was on its way."""
        if now - self._slowed_at < 1.0:
            return False
        self._slowed_at = self._raised_at = now
        self._measure = self.rate or max(self._count / max(now - self._second, 0.1), float(self._last_count), 1.0)
        self.rate = max(self.least, self._measure / 2)
        self._next_at = now + 1 / self.rate
        return True

    def _raise(self, now: float) -> None:
        assert self.rate is not None
        self.rate += (now - self._raised_at) * self._measure / 20
        self._raised_at = now
        if self.rate >= 2 * self._measure:
            self.rate = None
