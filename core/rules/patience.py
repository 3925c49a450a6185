"""How long to wait before trying again, and when to give up."""

from datetime import datetime, timedelta


def next_try(
    attempt: int, now: datetime, first_attempt_at: datetime, jitter: float, *, first_seconds: float, last_seconds: float
) -> datetime | None:
    """When attempt number `attempt + 1` is due, or None when the time for trying is over.

    The wait doubles each time (at most six hours) and is spread by `jitter`, from 0 to 1, over half of itself,
    so that a server that came back is not met by all at once. RFC 5321, 4.5.4.1 asks for some days in all.
    """
    wait = min(first_seconds * 2 ** (attempt - 1), 6 * 3600)
    due = now + timedelta(seconds=wait * (1 + jitter / 2))
    return due if due <= first_attempt_at + timedelta(seconds=last_seconds) else None
