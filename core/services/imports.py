"""Importing a file of contacts: a dry run first, then the same again for good; refused rows are kept with why."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import Invalid, NotFound, Problem, Refused
from core.queries import leases, revisions, staging
from core.rules.contacts import cells as values
from core.rules.contacts.columns import propose
from core.rules.contacts.rows import Reader, RefusedRow, attribute_of
from core.services import audit
from core.tables.contacts import Attribute
from core.tables.imports import Import, ImportRefusal
from core.vocabulary import ImportState
from files import FileProblem, Table, open_table

SAMPLE_ROWS = 200
LEASE_SECONDS = 60
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a person sees before the dry run: columns, what each is taken for, and the first rows."""

    columns: list[str]
    mapping: dict[int, str]
    sample: list[list[str]]
    most_rows: int | None


@dataclass(frozen=True, slots=True)
class Result:
    rows: int
    added: int
    updated: int
    unchanged: int
    refused: int


class Cancelled(Problem):
    """Somebody asked to stop; nothing was changed."""


def register(session: Session, *, filename: str, path: Path, by: str, segment_id: int | None = None) -> Import:
    """Note an uploaded file."""
    row = Import(filename=filename, path=str(path), created_by=by, segment_id=segment_id)
    session.add(row)
    session.flush()
    audit.note(session, by, "upload", f"import:{row.id}")
    return row


def proposal(path: Path) -> Proposal:
    """Look at the header and the first rows; attributes get the narrowest type that fits them.

    Raises Invalid for a file that is no table.
    """
    try:
        return _proposal(open_table(path))
    except FileProblem as problem:
        raise Invalid(problem.code, **problem.params) from None


def _proposal(table: Table) -> Proposal:
    sample = [cells for _, cells in islice(table.rows(), SAMPLE_ROWS)]
    mapping = propose(table.columns)
    for index, meaning in mapping.items():
        if meaning.startswith("attribute:"):
            filled = [cells[index].strip() for cells in sample if len(cells) > index and cells[index].strip()]
            mapping[index] = f"{meaning}:{values.kind_of(filled)}"
    return Proposal(table.columns, mapping, sample[:20], table.most_rows)


def choose(session: Session, import_id: int, mapping: dict[int, str], *, segment_id: int | None = None) -> None:
    """Keep what the columns mean; raise Refused (`import.no_address`) if none of them leads to a person."""
    if not {"email", "phone", "external_id"} & set(mapping.values()):
        raise Refused("import.no_address")
    row = get(session, import_id)
    row.mapping = {str(index): meaning for index, meaning in mapping.items()}
    if segment_id is not None:
        row.segment_id = segment_id


def get(session: Session, import_id: int) -> Import:
    row = session.get(Import, import_id, populate_existing=True)
    if row is None:
        raise NotFound("import.not_found", id=import_id)
    return row


def run(
    sessions: Sessions,
    import_id: int,
    *,
    for_good: bool,
    key: bytes,
    country: str,
    holder: str,
    progress: Progress | None = None,
) -> Result:
    """The dry run, or the import itself: both do the same, and only one of them keeps what it did.

    Everything happens in one transaction, so a broken file or a cancel changes nothing. Raises Cancelled, or the
    problem of the file; the import's row says so too.
    """
    lease = f"import:{import_id}"
    with sessions.begin() as session:
        if not leases.acquire(session, lease, holder, LEASE_SECONDS):
            raise Refused("import.running")
        row = get(session, import_id)
        row.state = ImportState.APPLYING if for_good else ImportState.CHECKING
        row.progress, row.problem, row.cancel_requested = 0.0, None, False
        path, mapping, segment_id = Path(row.path or ""), dict(row.mapping or {}), row.segment_id
    teller = _Teller(sessions, import_id, lease, holder, progress)
    try:
        table = open_table(path)
        reader = Reader({int(index): meaning for index, meaning in mapping.items()}, key, country)
        with sessions() as session:
            result = _staged(session, table, reader, teller)
            if for_good:
                staging.apply(session, segment_id)
                teller.tell(0.99)
            refusals = _refusals(session, reader, table)
            if for_good:
                _keep_attributes(session, mapping, table.columns)
                revisions.move(session)
                audit.note(session, holder, "import", f"import:{import_id}", added=result.added)
                session.commit()
            else:
                session.rollback()
    except FileProblem as problem:
        _conclude(sessions, import_id, Invalid(problem.code, **problem.params))
        raise Invalid(problem.code, **problem.params) from None
    except Problem as problem:
        _conclude(sessions, import_id, problem)
        raise
    finally:
        with sessions.begin() as session:
            leases.release(session, lease, holder)
    _finish(sessions, import_id, result, refusals, for_good)
    return result


def cancel(session: Session, import_id: int) -> None:
    """Ask a running import to stop; it ends within a second and changes nothing."""
    get(session, import_id).cancel_requested = True


def _staged(session: Session, table: Table, reader: Reader, teller: "_Teller") -> Result:
    """Stream the file into the staging table and match it; nothing has moved yet."""
    staging.open_table(session)
    connection: Any = session.connection().connection.driver_connection
    rows = 0
    with connection.cursor() as cursor, cursor.copy(staging.COPY) as copy:
        for number, cells in table.rows():
            rows += 1
            staged = reader.read(number, cells)
            if staged is not None:
                copy.write_row(staged)
            if rows % 2000 == 0:
                teller.tell(0.7 * table.progress())
    counts = staging.match(session)
    teller.tell(0.85)
    refused = counts.get("refused", 0) + len(reader.refused)
    return Result(rows, counts.get("new", 0), counts.get("updated", 0), counts.get("unchanged", 0), refused)


def _refusals(session: Session, reader: Reader, table: Table) -> list[RefusedRow]:
    """All refused rows with their cells; the file is read once more only if the database refused some."""
    from_database = {row: (code, params) for row, code, params in staging.refused(session)}
    found = list(reader.refused)
    if from_database:
        for number, cells in table.rows():
            if number in from_database:
                code, params = from_database[number]
                found.append(RefusedRow(number, code, params, cells))
    return sorted(found, key=lambda refusal: refusal.row)


def _finish(sessions: Sessions, import_id: int, result: Result, refusals: Sequence[RefusedRow], for_good: bool) -> None:
    with sessions.begin() as session:
        row = get(session, import_id)
        row.state = ImportState.APPLIED if for_good else ImportState.CHECKED
        row.rows, row.added, row.updated = result.rows, result.added, result.updated
        row.unchanged, row.refused, row.progress = result.unchanged, result.refused, 1.0
        row.finished_at = func.now()
        session.execute(delete(ImportRefusal).where(ImportRefusal.import_id == import_id))
        for chunk in _chunks(refusals, 5000):
            session.execute(insert(ImportRefusal), [_refusal(import_id, refusal) for refusal in chunk])


def _conclude(sessions: Sessions, import_id: int, problem: Problem) -> None:
    with sessions.begin() as session:
        row = get(session, import_id)
        row.state = ImportState.CANCELLED if isinstance(problem, Cancelled) else ImportState.FAILED
        row.problem = {"code": problem.code, "params": json.loads(json.dumps(problem.params, default=str))}
        row.finished_at = func.now()


def _keep_attributes(session: Session, mapping: dict[str, str], columns: Sequence[str]) -> None:
    for index, meaning in mapping.items():
        if meaning.startswith("attribute:"):
            name, kind = attribute_of(meaning)
            known = upsert(Attribute).values(key=name, label=columns[int(index)], type=kind)
            session.execute(known.on_conflict_do_nothing())


def _chunks(rows: Sequence[RefusedRow], size: int) -> Iterator[Sequence[RefusedRow]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _refusal(import_id: int, refusal: RefusedRow) -> dict[str, object]:
    return {
        "import_id": import_id,
        "row": refusal.row,
        "code": refusal.code,
        "params": dict(refusal.params),
        "cells": [cell.replace("\0", "\ufffd") for cell in refusal.cells],
    }


class _Teller:
    """Says how far it is, once a second, in the import's row and to whoever waits; and hears of a cancel."""

    def __init__(self, sessions: Sessions, import_id: int, lease: str, holder: str, progress: Progress | None) -> None:
        self._sessions, self._import_id, self._lease, self._holder = sessions, import_id, lease, holder
        self._progress, self._last = progress, 0.0

    def tell(self, done: float) -> None:
        if time.monotonic() - self._last < 1.0:
            return
        self._last = time.monotonic()
        if self._progress is not None:
            self._progress(done)
        with self._sessions.begin() as session:
            leases.renew(session, self._lease, self._holder, LEASE_SECONDS)
            told = update(Import).where(Import.id == self._import_id).values(progress=done)
            if session.scalar(told.returning(Import.cancel_requested)):
                raise Cancelled("import.cancelled")


def refusals(session: Session, import_id: int) -> list[ImportRefusal]:
    """The refused rows of the last run, in the order of the file."""
    rows = select(ImportRefusal).where(ImportRefusal.import_id == import_id).order_by(ImportRefusal.row)
    return list(session.scalars(rows))
