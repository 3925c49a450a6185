"""Rows of a file of those who may not be contacted: which column means what, and what one row says."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.errors import Invalid
from core.vocabulary import Purpose, SuppressionList

COLUMNS = {
    "address": ("address", "email", "e-mail", "email address", "phone", "number", "mobile", "adresse", "nummer"),
    "hash": ("hash", "key"),
    "list": ("list", "liste"),
    "channel": ("channel", "kanal"),
    "purpose": ("purpose", "zweck"),
    "topic": ("topic", "thema"),
    "since": ("since", "date", "added", "seit", "datum"),
}
"""The names by which each column is known, in lower case."""
HASH_LETTERS = 32


@dataclass(frozen=True, slots=True)
class Row:
    """One who may not be contacted. A null channel, purpose or topic means all of them."""

    list: str
    channel: str | None
    address_key: bytes
    purpose: str | None = None
    topic: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds for rows that do not say it themselves."""

    list: str | None
    channel: str
    now: datetime
    topics: Container[str] = ()
    """Those that a row may name."""


Keyed = Callable[[str, str], bytes]
"""From a channel and an address to its keyed hash; raises Invalid for what is no address of the channel."""


def columns(header: Sequence[str]) -> dict[str, int]:
    """Which column means what; raise Invalid (`suppression.no_column`) where neither address nor hash is there."""
    known = {name: meaning for meaning, names in COLUMNS.items() for name in names}
    found: dict[str, int] = {}
    for position, name in enumerate(header):
        meaning = known.get(name.strip().lower())
        if meaning is not None:
            found.setdefault(meaning, position)
    if "address" not in found and "hash" not in found:
        raise Invalid("suppression.no_column", where="file", columns=", ".join(header))
    return found


def read(cells: Mapping[str, str], usual: Usual, keyed: Keyed) -> Row:
    """What a row says; raise Invalid with what is wrong with it."""
    name = cells.get("list", "").lower() or usual.list
    if name not in set(SuppressionList):
        raise Invalid("suppression.bad_list", where="list", given=name or "")
    channel = cells.get("channel", "").lower() or usual.channel
    purpose = cells.get("purpose", "").lower() or None
    if purpose is not None and purpose not in set(Purpose):
        raise Invalid("suppression.bad_purpose", where="purpose", given=purpose)
    topic = cells.get("topic", "") or None
    if topic is not None and (topic not in usual.topics or name != SuppressionList.UNSUBSCRIBED):
        raise Invalid("suppression.bad_topic", where="topic", given=topic[:80])
    whole = name == SuppressionList.ERASED
    return Row(name, None if whole else channel, _key(cells, channel, keyed), purpose, topic, _since(cells, usual.now))


def _key(cells: Mapping[str, str], channel: str, keyed: Keyed) -> bytes:
    """Of the address, or the hash itself where only that is left."""
    address, digest = cells.get("address", "").removeprefix("'"), cells.get("hash", "").lower()
    if address:
        return keyed(channel, address)
    if len(digest) == HASH_LETTERS and not set(digest) - set("0123456789abcdef"):
        return bytes.fromhex(digest)
    raise Invalid("suppression.bad_hash" if digest else "suppression.row_empty", where="hash")


def _since(cells: Mapping[str, str], now: datetime) -> datetime | None:
    written = cells.get("since", "")
    if not written:
        return None
    try:
        since = datetime.fromisoformat(written)
    except ValueError:
        raise Invalid("suppression.bad_since", where="since", given=written[:40]) from None
    since = since if since.tzinfo else since.replace(tzinfo=UTC)
    if since > now:
        raise Invalid("suppression.bad_since", where="since", given=written[:40])
    return since
