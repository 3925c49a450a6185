"""One pass of an import over its file, within the caller's transaction: staged, matched, and what came of it kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from core.queries import revisions, staging
from core.rules.contacts.rows import Reader, RefusedRow, attribute_of
from core.services.import_progress import Teller
from core.tables.contacts import Attribute
from core.tables.imports import Import, ImportRefusal
from core.vocabulary import ImportState
from files import Table


@dataclass(frozen=True, slots=True)
class Result:
    rows: int
    added: int
    updated: int
    unchanged: int
    refused: int


def stage(session: Session, table: Table, reader: Reader, teller: Teller) -> Result:
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


def refused_rows(session: Session, reader: Reader, table: Table) -> list[RefusedRow]:
    """All refused rows with their cells; the file is read once more only if the database refused some."""
    from_database = {row: (code, params) for row, code, params in staging.refused(session)}
    found = list(reader.refused)
    if from_database:
        for number, cells in table.rows():
            if number in from_database:
                code, params = from_database[number]
                found.append(RefusedRow(number, code, params, cells))
    return sorted(found, key=lambda refusal: refusal.row)


def apply(session: Session, mapping: dict[str, str], columns: Sequence[str], segment_id: int | None) -> None:
    """Make contacts of what is staged, and keep the attributes that came with them."""
    staging.apply(session, segment_id)
    for index, meaning in mapping.items():
        if meaning.startswith("attribute:"):
            name, kind = attribute_of(meaning)
            known = upsert(Attribute).values(key=name, label=columns[int(index)], type=kind)
            session.execute(known.on_conflict_do_nothing())
    revisions.move(session)


def keep(session: Session, row: Import, state: ImportState, result: Result, refused: Sequence[RefusedRow]) -> None:
    """Write counts and refused rows to the import."""
    row.state = state
    row.rows, row.added, row.updated = result.rows, result.added, result.updated
    row.unchanged, row.refused, row.progress = result.unchanged, result.refused, 1.0
    row.finished_at = func.now()
    session.execute(delete(ImportRefusal).where(ImportRefusal.import_id == row.id))
    for chunk in _chunks(refused, 5000):
        session.execute(insert(ImportRefusal), [_refusal(row.id, one) for one in chunk])


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
