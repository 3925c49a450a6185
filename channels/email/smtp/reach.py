"""Whether and how many more connections to try: backing off from a server that is away or busy."""

from dataclasses import dataclass


@dataclass(slots=True)
class Reach:
    """Times are seconds of one steady clock. `limit` connections at most; fewer while the server says it is busy."""

    limit: int
    patience: float
    """How many seconds of nothing but failures until the server counts as unreachable."""
    most: int = 0
    _failing_since: float | None = None
    _not_before: float = 0.0
    _delay: float = 0.0
    _changed_at: float = 0.0

    def __post_init__(self) -> None:
        self.most = self.limit

    def room(self, now: float, held: int) -> int:
        """How many more may be opened now, where `held` are open or being opened; one at a time after a failure."""
        if now < self._not_before:
            return 0
        if self._failing_since is not None:
            return 1 if held == 0 else 0
        if self.most < self.limit and now - self._changed_at > 3.0:
            self.most = min(self.limit, self.most + max(1, self.most // 2))
            self._changed_at = now
        return max(0, self.most - held)

    @property
    def is_failing(self) -> bool:
        return self._failing_since is not None

    def succeeded(self) -> None:
        """The server has decided about a message: a connection alone proves little."""
        self._failing_since = None
        self._delay = 0.0

    def failed(self, now: float, open_now: int, *, busy: bool) -> None:
        """One attempt came to nothing. With others open, the server merely wants no more of them."""
        self._delay = min(2.0, self._delay * 2 or 0.1)
        self._not_before = now + self._delay
        if open_now:
            self.most = max(1, open_now)
            self._changed_at = now
        elif self._failing_since is None:
            self._failing_since = now
            self.most = max(1, self.most // 2) if busy else self.most

    def is_unreachable(self, now: float) -> bool:
        return self._failing_since is not None and now - self._failing_since >= self.patience
