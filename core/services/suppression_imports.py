"""Lists of those who may not be contacted, out of a file: tried first, then for good; nobody has to be a contact."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid
from core.queries import revisions, topics
from core.rules.addresses import address_key
from core.rules.contacts import cells as spelling
from core.rules.suppression_rows import Keyed, Row, Usual, columns, read
from core.services import audit
from core.services.suppressions import inserted
from core.tables.contacts import Identity
from core.vocabulary import SuppressionList

SOURCE = "import"
CHUNK = 5_000
WHOLE_PERSON = (SuppressionList.MARKETING.value, SuppressionList.COMPLAINTS.value)
"""Lists that hold for every channel of whoever is known by the address."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that says nothing usable, as it stood in the file."""

    row: int
    code: str
    params: dict[str, Any]
    cells: list[str]


@dataclass
class Result:
    """What came of a file. `already` counts entries that were there, in the file or on the lists."""

    rows: int = 0
    added: int = 0
    already: int = 0
    by_list: dict[str, int] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)


def run(
    session: Session,
    header: Sequence[str],
    rows: Iterable[tuple[int, list[str]]],
    *,
    usual: Usual,
    key: bytes,
    country: str,
    by: str,
) -> Result:
    """Put everybody in the file on their list; a dry run is this, and the transaction undone.

    Raises Invalid (`suppression.no_column`) for a file that names nobody.
    """
    meant, result = columns(header), Result()
    usual = replace(usual, topics=topics.keys(session))

    def keyed(channel: str, address: str) -> bytes:
        try:
            return address_key(key, channel, spelling.address(address, channel, country))
        except Invalid:
            raise Invalid("suppression.bad_address", where="address", given=address[:80], channel=channel) from None

    for some in _chunks(_readable(rows, meant, usual, keyed, result)):
        _put(session, some, by, usual.now, result)
    if result.added:
        revisions.move(session)
        audit.note(session, by, "import", "lists", added=result.added, **result.by_list)
    return result


def _readable(
    rows: Iterable[tuple[int, list[str]]], meant: Mapping[str, int], usual: Usual, keyed: Keyed, result: Result
) -> Iterator[Row]:
    for number, cells in rows:
        result.rows += 1
        said = {meaning: cells[position].strip() for meaning, position in meant.items()}
        try:
            yield read(said, usual, keyed)
        except Invalid as problem:
            result.refused.append(Refused(number, problem.code, dict(problem.params), cells))


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while some := list(islice(rows, CHUNK)):
        yield some


def _put(session: Session, rows: Sequence[Row], by: str, now: datetime, result: Result) -> None:
    """Each by its address; whoever is known by it on a list that speaks of people, as a person too."""
    people = _owners(session, [row.address_key for row in rows if row.list in WHOLE_PERSON])
    entries = [_entry(row, by, now) | {"address_key": row.address_key, "channel": row.channel} for row in rows]
    for name in sorted({row.list for row in rows}):
        mine = [entry for entry in entries if entry["list"] == name]
        added = inserted(session, mine)
        result.added += added
        result.already += len(mine) - added
        result.by_list[name] = result.by_list.get(name, 0) + added
    persons = {
        (row.list, row.purpose, contact_id): _entry(row, by, now) | {"contact_id": contact_id}
        for row in rows
        if row.list in WHOLE_PERSON
        for contact_id in people.get(row.address_key, ())
    }
    inserted(session, list(persons.values()))


def _entry(row: Row, by: str, now: datetime) -> dict[str, object]:
    named = {"list": row.list, "purpose": row.purpose, "topic": row.topic, "source": SOURCE, "added_by": by}
    return {**named, "added_at": row.since or now, "channel": None, "address_key": None, "contact_id": None}


def _owners(session: Session, keys: Sequence[bytes]) -> dict[bytes, list[int]]:
    """The contacts that have these addresses at present; a key speaks of its channel too."""
    having = select(Identity.address_key, Identity.contact_id).where(
        Identity.address_key.in_(keys), Identity.ended_at.is_(None)
    )
    owners: dict[bytes, list[int]] = {}
    for key, contact_id in session.execute(having):
        if contact_id is not None:
            owners.setdefault(key, []).append(contact_id)
    return owners
