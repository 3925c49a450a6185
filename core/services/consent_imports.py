"""Consents that were given elsewhere: read, checked against what is known, and recorded with their evidence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.errors import Invalid
from core.queries import consent_imports as queries
from core.rules import consent_rows
from core.rules.addresses import address_key
from core.rules.consent_rows import Given
from core.services import consent, import_pass
from core.services.consent import Whose, Wording
from core.services.import_pass import Refusal, Result
from core.services.import_progress import Teller
from core.vocabulary import Purpose
from files import Table

CHUNK = 2_000
WAY = "import"
Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: what its columns are, and what holds where a row does not say it."""

    meanings: Mapping[int, str]
    usual: Mapping[str, str]
    key: bytes
    country: str
    zone: ZoneInfo
    now: datetime

    def given(self, cells: Sequence[str]) -> Given:
        """Raise Invalid for a row that does not count."""
        if "\0" in "".join(cells):
            raise Invalid("import.bad_character")
        said = {meaning: cells[index] for index, meaning in self.meanings.items() if index < len(cells)}
        row = {**self.usual, **{name: cell for name, cell in said.items() if cell.strip()}}
        return consent_rows.read(row, country=self.country, zone=self.zone, now=self.now)


def run(session: Session, import_id: int, table: Table, how: Reading, *, for_good: bool, teller: Teller) -> Result:
    """Record what can be, in the caller's transaction, and keep what is refused; a dry run only counts.

    A consent that was withdrawn after its date does not come back: such a row is refused. The same file once more
    changes nothing.
    """
    import_pass.forget_refused(session, import_id)
    rows, new, unchanged, refused = 0, 0, 0, 0
    for chunk in _chunks(table.rows()):
        wanted, known, refusals = _judged(session, chunk, how)
        if for_good and wanted:
            consent.append(session, wanted, given=True, now=how.now)
        import_pass.refuse(session, import_id, refusals)
        rows, new, unchanged, refused = (
            rows + len(chunk), new + len(wanted), unchanged + known, refused + len(refusals)
        )  # fmt: skip
        teller.tell(0.9 * table.progress())
    if for_good and new:
        consent.announce(session)
    return Result(rows, new, 0, unchanged, refused)


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while some := list(islice(rows, CHUNK)):
        yield some


def _judged(
    session: Session, rows: Sequence[Row], how: Reading
) -> tuple[list[tuple[Whose, Wording, datetime]], int, list[Refusal]]:
    """What is to be recorded, how many are on record already, and who is refused, in the order of the file."""
    good: dict[int, Given] = {}
    why: dict[int, tuple[str, Mapping[str, object]]] = {}
    for number, cells in rows:
        try:
            good[number] = how.given(cells)
        except Invalid as problem:
            why[number] = (problem.code, problem.params)
    keys = {number: address_key(how.key, one.channel, one.address) for number, one in good.items()}
    owners = queries.owners(session, keys.values())
    before = queries.decisions(session, {contact_id for found in owners.values() for contact_id, _ in found})
    wanted, known = [], 0
    for number, given in good.items():
        found = owners.get((given.channel, keys[number]), [])
        if len(found) != 1:
            why[number] = ("consent_row.several" if found else "consent_row.nobody", {})
            continue
        decided = before.setdefault((found[0][0], given.channel), [])
        if any(one.given and one.way == WAY and one.at == given.at for one in decided):
            known += 1
        elif any(not one.given and one.at >= given.at for one in decided):
            why[number] = ("consent_row.withdrawn", {})
        else:
            decided.append(queries.Decision(given.at, WAY, given=True))
            wanted.append(_decision(given, *found[0]))
    return wanted, known, [(number, *why[number], cells) for number, cells in rows if number in why]


def _decision(given: Given, contact_id: int, identity_id: int) -> tuple[Whose, Wording, datetime]:
    wording = Wording(WAY, given.text, language=given.language, source=given.source)
    return Whose(contact_id, identity_id, given.channel, Purpose.MARKETING), wording, given.at
