"""How long each kind of record is kept, in days; nought keeps it for ever."""

from datetime import datetime, timedelta
from enum import StrEnum


class Kept(StrEnum):
    """A kind of record, named as its business setting is, behind `keep_` and before `_days`."""

    WORDS = "provider_words"
    EVENTS = "opens_and_clicks"
    REFUSALS = "refused_rows"
    UPLOADS = "uploads"
    AUDIT = "audit"


USUAL = {Kept.WORDS: 90, Kept.EVENTS: 400, Kept.REFUSALS: 30, Kept.UPLOADS: 7, Kept.AUDIT: 3650}
LEAST = {Kept.WORDS: 7, Kept.EVENTS: 30, Kept.REFUSALS: 1, Kept.UPLOADS: 1, Kept.AUDIT: 365}
"""Below these, what people still work with would go: retries, figures that move, a file that waits to be applied."""
MOST = 36_500


def setting(kind: Kept) -> str:
    return f"keep_{kind}_days"


def fits(kind: Kept, days: int) -> bool:
    return days == 0 or LEAST[kind] <= days <= MOST


def before(days: int, now: datetime) -> datetime | None:
    """Records older than this go; None if none ever do."""
    return now - timedelta(days=days) if days else None
