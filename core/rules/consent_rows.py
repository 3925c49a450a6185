"""A row of a list of consents given elsewhere: without its date, its source and its text it does not count."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from core.errors import Invalid
from core.rules.contacts import cells
from core.rules.contacts.columns import recognised
from core.vocabulary import CHANNEL_EMAIL

NEEDED = ("address", "date", "source", "text")
OPTIONAL = ("channel", "language")
FIELDS = (*NEEDED, *OPTIONAL)
COMMON = ("source", "text", "channel", "language")
"""What may be the same for all rows of a file, and be said once."""
LONGEST_TEXT = 4_000
LONGEST_SOURCE = 200
NAMES = {
    "address": "address email emailaddress mail phone mobile number adresse emailadresse telefon handy nummer",
    "date": "date day givenat consentdate consentat optindate optinat confirmedat subscribedat datum am zeitpunkt "
    "einwilligungsdatum einwilligungam optindatum",
    "source": "source origin where consentsource optinsource quelle herkunft ort wo einwilligungsquelle",
    "text": "text wording consenttext optintext wortlaut einwilligungstext einwilligung",
    "channel": "channel kanal",
    "language": "language lang sprache",
}


@dataclass(frozen=True, slots=True)
class Given:
    """A consent as it was given: to this text, at that moment, there."""

    channel: str
    address: str
    at: datetime
    source: str
    text: str
    language: str | None


def propose(columns: Sequence[str]) -> dict[int, str]:
    """What each column is, by its header; the others are left out."""
    return recognised(columns, NAMES)


def missing(given: Collection[str]) -> str | None:
    """The first that a file needs, and that neither a column nor its uploader says."""
    return next((name for name in NEEDED if name not in given), None)


def read(row: Mapping[str, str], *, country: str, zone: ZoneInfo, now: datetime) -> Given:
    """Raise Invalid (`consent_row.<what is wrong>`, or what is wrong with the address)."""
    filled = {name: (row.get(name) or "").strip() for name in FIELDS}
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
    source, language = filled["source"][:LONGEST_SOURCE], filled["language"][:2].lower() or None
    return Given(channel, address, at, source, filled["text"], language)


def _moment(written: str, zone: ZoneInfo) -> datetime:
    """A day, which is meant from its beginning on the account's clock, or a moment."""
    day, _, hour = written.replace("T", " ", 1).partition(" ")
    try:
        clock = time.fromisoformat(hour.replace(" ", "")) if hour else time()
        given = datetime.combine(cells.day(day), clock)
        return (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)
    except (Invalid, ValueError, OverflowError):
        raise Invalid("consent_row.bad_date", where="date", given=written[:30]) from None
