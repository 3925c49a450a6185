"""A row of a list of consents given elsewhere: without its date, its source and its text it does not count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from core.errors import Invalid
from core.rules.contacts import cells
from core.vocabulary import CHANNEL_EMAIL

NEEDED = ("address", "date", "source", "text")
OPTIONAL = ("channel", "language")
LONGEST_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class Given:
    """A consent as it was given: to this text, at that moment, there."""

    channel: str
    address: str
    at: datetime
    source: str
    text: str
    language: str | None


def read(row: Mapping[str, str], *, country: str, zone: ZoneInfo, now: datetime) -> Given:
    """Raise Invalid (`consent_row.<what is wrong>`, or what is wrong with the address)."""
    filled = {name: (row.get(name) or "").strip() for name in (*NEEDED, *OPTIONAL)}
    for name in NEEDED:
        if not filled[name]:
            raise Invalid(f"consent_row.no_{name}", where=name)
    if len(filled["text"]) > LONGEST_TEXT:
        raise Invalid("consent_row.long_text", where="text", most=LONGEST_TEXT)
    channel = filled["channel"].lower() or CHANNEL_EMAIL
    at = _moment(filled["date"], zone)
    if at > now:
        raise Invalid("consent_row.future", where="date")
    address = cells.address(filled["address"], channel, country)
    return Given(channel, address, at, filled["source"][:200], filled["text"], filled["language"][:2].lower() or None)


def _moment(written: str, zone: ZoneInfo) -> datetime:
    """A day, which is meant from its beginning on the account's clock, or a moment."""
    try:
        if len(written) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(written), time(), zone).astimezone(UTC)
        given = datetime.fromisoformat(written)
    except ValueError:
        raise Invalid("consent_row.bad_date", where="date", given=written[:30]) from None
    return (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)
