"""Consents that were given elsewhere: read, checked against what is known, and recorded with their evidence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import Invalid
from core.queries import consent_imports as queries
from core.queries import settings as business
from core.rules import consent_rows
from core.rules.addresses import address_key
from core.rules.consent_rows import Given
from core.services import audit, consent
from core.services.consent import Whose, Wording
from core.vocabulary import Purpose

CHUNK = 2_000
WAY = "import"
Row = tuple[int, Mapping[str, str]]
"""Its number in the file, and its cells by the names of `core.rules.consent_rows`."""


@dataclass(slots=True)
class Result:
    """What became of the rows; the refused with the code and the parameters of the reason."""

    new: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str, Mapping[str, object]]] = field(default_factory=list)


def run(
    sessions: Sessions, rows: Iterable[Row], *, key: bytes, country: str, apply: bool, by: str, now: datetime
) -> Result:
    """Record what can be, a chunk a transaction; without `apply` nothing is written. It may run twice.

    A consent that was withdrawn after its date does not come back: such a row is refused.
    """
    result, waiting = Result(), iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        with sessions.begin() as session:
            _chunk(session, chunk, result, key=key, country=country, apply=apply, now=now)
    if apply and result.new:
        with sessions.begin() as session:
            counts = {"new": result.new, "unchanged": result.unchanged, "refused": len(result.refused)}
            audit.note(session, by, "import", "consents", **counts)
    return result


def _chunk(
    session: Session, rows: Sequence[Row], result: Result, *, key: bytes, country: str, apply: bool, now: datetime
) -> None:
    zone = ZoneInfo(business.value(session, "timezone"))
    good: dict[int, Given] = {}
    for number, row in rows:
        try:
            good[number] = consent_rows.read(row, country=country, zone=zone, now=now)
        except Invalid as problem:
            result.refused.append((number, problem.code, problem.params))
    keys = {number: address_key(key, one.channel, one.address) for number, one in good.items()}
    owners = queries.owners(session, keys.values())
    known = queries.decisions(session, {contact_id for found in owners.values() for contact_id, _ in found})
    wanted = []
    for number, given in good.items():
        found = owners.get((given.channel, keys[number]), [])
        if len(found) != 1:
            result.refused.append((number, "consent_row.several" if found else "consent_row.nobody", {}))
        elif _is_new(number, given, found[0][0], known, result):
            wanted.append(_decision(given, *found[0]))
    if apply and wanted:
        consent.record_all(session, wanted, given=True, now=now)


def _is_new(number: int, given: Given, contact_id: int, known: queries.Decisions, result: Result) -> bool:
    earlier = known.setdefault((contact_id, given.channel), [])
    if any(one.given and one.way == WAY and one.at == given.at for one in earlier):
        result.unchanged += 1
        return False
    if any(not one.given and one.at >= given.at for one in earlier):
        result.refused.append((number, "consent_row.withdrawn", {}))
        return False
    earlier.append(queries.Decision(given.at, WAY, given=True))
    result.new += 1
    return True


def _decision(given: Given, contact_id: int, identity_id: int) -> tuple[Whose, Wording, datetime]:
    wording = Wording(WAY, given.text, language=given.language, source=given.source)
    return Whose(contact_id, identity_id, given.channel, Purpose.MARKETING), wording, given.at
