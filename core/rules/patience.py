"""How long to wait before trying again, and when to give up."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    first_seconds: float = 60
    """Between the first attempt and the second."""
    last_seconds: float = 2 * 24 * 3600
    """From the first attempt on, in all."""


USUAL = Patience()


def next_try(
    patience: Patience, attempt: int, now: datetime, first_attempt_at: datetime, *, jitter: float, asked: float | None
) -> datetime | None:
    """When attempt number `attempt + 1` is due, or None when the time for trying is over.

    The wait doubles each time (at most six hours) and is spread by `jitter`, from 0 to 1, over half of itself,
    so that a server that came back is not met by all at once. RFC 5321, 4.5.4.1 asks for some days in all. Who `asked`
    for so many seconds gets them as the first wait.
    """
    wait = min((asked or patience.first_seconds) * 2 ** (attempt - 1), 6 * 3600)
    due = now + timedelta(seconds=wait * (1 + jitter / 2))
    return due if due <= first_attempt_at + timedelta(seconds=patience.last_seconds) else None
