"""One pass of an import over its file, within the caller's transaction: staged, matched, and what came of it kept."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from core.queries import revisions, staging
from core.rules.contacts.rows import Reader, attribute_of
from core.services.import_progress import Teller
from core.tables.contacts import Attribute
from core.tables.imports import Import, ImportRefusal
from core.vocabulary import ImportState
from files import Table

CHUNK = 1000
Params = dict[str, Any]
Reasons = dict[int, tuple[str, Params]]
Refusal = tuple[int, str, Mapping[str, object], Sequence[str]]
"""The row's number, why, with the parameters of that, and its cells."""
Rows = Iterator[tuple[int, list[str]]]


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
    rows = 0
    with _copied(session, staging.COPY) as copy:
        for number, cells in table.rows():
            rows += 1
            copy.write_row(reader.read(number, cells))
            if rows % 2000 == 0:
                teller.tell(0.6 * table.progress())
    counts = staging.match(session, lambda: teller.tell(0.65))
    found = (counts.get(action, 0) for action in ("new", "updated", "unchanged", "refused"))
    return Result(rows, *found)


def apply(
    session: Session,
    import_id: int,
    meanings: Mapping[int, str],
    *,
    columns: Sequence[str],
    segment_id: int | None,
    teller: Teller,
) -> None:
    """Make contacts of what is staged, and keep the attributes that came with them."""
    staging.apply(session, import_id, segment_id, lambda: teller.tell(0.8))
    for index, meaning in meanings.items():
        if meaning.startswith("attribute:"):
            name, kind = attribute_of(meaning)
            known = upsert(Attribute).values(key=name, label=columns[index], type=kind)
            session.execute(known.on_conflict_do_nothing())
    revisions.move(session)


def keep(row: Import, state: ImportState, result: Result) -> None:
    """Write the counts to the import."""
    row.state = state
    row.rows, row.added, row.updated = result.rows, result.added, result.updated
    row.unchanged, row.refused, row.progress = result.unchanged, result.refused, 1.0
    row.finished_at = func.now()


def keep_refused(session: Session, import_id: int, table: Table) -> None:
    """Keep all refused rows with their cells; the file is read once more only if some were refused when matched.

    Both go in the order of the file and in chunks, so that a file of which every row is refused costs no memory.
    """
    forget_refused(session, import_id)
    staging.keep_refused(session, import_id)
    rows = table.rows()
    for chunk in staging.refused_later(session, CHUNK):
        reasons = {row: (code, params) for row, code, params in chunk}
        refuse(session, import_id, ((row, *reasons[row], cells) for row, cells in _among(rows, reasons)))


def forget_refused(session: Session, import_id: int) -> None:
    """Those of the run before."""
    session.execute(delete(ImportRefusal).where(ImportRefusal.import_id == import_id))


def refuse(session: Session, import_id: int, refusals: Iterable[Refusal]) -> None:
    """Keep refused rows, each with its reason and as it stood in the file."""
    with _copied(session, staging.COPY_REFUSED) as copy:
        for row, code, params, cells in refusals:
            kept = json.dumps([cell.replace("\0", "\ufffd") for cell in cells])
            copy.write_row((import_id, row, code, json.dumps(dict(params)), kept))


def _among(rows: Rows, reasons: Reasons) -> Rows:
    """These rows, which lie ahead in the file."""
    last = max(reasons)
    for number, cells in rows:
        if number in reasons:
            yield number, cells
        if number >= last:
            return


@contextmanager
def _copied(session: Session, statement: str) -> Iterator[psycopg.Copy]:
    """COPY on the session's connection, within its transaction."""
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        yield copy
