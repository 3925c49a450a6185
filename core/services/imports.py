"""Files of contacts, or of consents given elsewhere, to be imported: what their columns mean, and what is asked for."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound, Problem, Refused
from core.queries import leases
from core.queries.bell import ring
from core.rules import consent_rows
from core.rules.contacts import cells as values
from core.rules.contacts.columns import propose
from core.services import audit
from core.services.import_progress import Cancelled, lease_of
from core.tables.imports import Import, ImportRefusal
from core.vocabulary import ImportKind, ImportState
from files import FileProblem, Table, open_table

SAMPLE_ROWS = 200
RUNNING = (ImportState.CHECKING, ImportState.APPLYING)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a person sees before the dry run: columns, what each is taken for, and the first rows."""

    columns: list[str]
    mapping: dict[int, str]
    sample: list[list[str]]
    most_rows: int | None


def register(
    session: Session,
    *,
    filename: str,
    path: Path,
    by: str,
    kind: ImportKind = ImportKind.CONTACTS,
    segment_id: int | None = None,
) -> Import:
    """Note an uploaded file."""
    row = Import(filename=filename, path=str(path), kind=kind, created_by=by, segment_id=segment_id)
    session.add(row)
    session.flush()
    audit.note(session, by, "upload", f"import:{row.id}")
    return row


def proposal(path: Path, kind: str = ImportKind.CONTACTS) -> Proposal:
    """Look at the header and the first rows; attributes get the narrowest type that fits them.

    Raises Invalid for a file that is no table.
    """
    try:
        return _proposal(open_table(path), kind)
    except FileProblem as problem:
        raise Invalid(problem.code, **problem.params) from None


def choose(
    session: Session,
    import_id: int,
    mapping: dict[int, str],
    *,
    segment_id: int | None = None,
    usual: Mapping[str, str] | None = None,
) -> None:
    """Keep what the columns mean, and of consents what holds for rows that do not say it themselves.

    Raises Refused (`import.no_address`) if no column leads to a person, and (`consent_row.no_<what is missing>`) if
    neither a column nor `usual` says what a consent needs.
    """
    row = locked(session, import_id)
    _refuse_running_or_applied(row)
    usual = {name: said.strip() for name, said in (usual or {}).items() if name in consent_rows.COMMON and said.strip()}
    if row.kind == ImportKind.CONSENTS:
        if lacking := consent_rows.missing({*mapping.values(), *usual}):
            raise Refused(f"consent_row.no_{lacking}")
    elif not {"email", "phone", "external_id"} & set(mapping.values()):
        raise Refused("import.no_address")
    row.mapping = {str(index): meaning for index, meaning in mapping.items()}
    row.usual = usual
    if segment_id is not None:
        row.segment_id = segment_id


def ask(session: Session, import_id: int, *, for_good: bool, by: str) -> Import:
    """Have a worker try the import, or do it; asking twice for the same does no harm.

    Raises Refused if it was not tried before (`import.not_checked`), is done already, or its file is gone.
    """
    row = locked(session, import_id)
    wanted = ImportState.APPLYING if for_good else ImportState.CHECKING
    if row.state == wanted:
        return row
    _refuse_running_or_applied(row)
    if for_good and row.state != ImportState.CHECKED:
        raise Refused("import.not_checked")
    if row.path is None:
        raise Refused("import.file_gone", name=row.filename)
    begin(row, wanted)
    audit.note(session, by, "import" if for_good else "check_import", f"import:{import_id}")
    ring(session)
    return row


def cancel(session: Session, import_id: int) -> None:
    """One that waits is cancelled at once; one that runs ends within a second. Neither changes anything."""
    row = locked(session, import_id)
    if row.state not in RUNNING:
        return
    row.cancel_requested = True
    if not leases.held(session, lease_of(import_id)):
        conclude(row, Cancelled("import.cancelled"))


def get(session: Session, import_id: int) -> Import:
    row = session.get(Import, import_id, populate_existing=True)
    if row is None:
        raise NotFound("import.not_found", id=import_id)
    return row


def refusals(session: Session, import_id: int, *, most: int | None = None) -> Iterator[ImportRefusal]:
    """The refused rows of the last run in the order of the file, streamed: there may be a million."""
    rows = select(ImportRefusal).where(ImportRefusal.import_id == import_id).order_by(ImportRefusal.row).limit(most)
    yield from session.scalars(rows, execution_options={"yield_per": 1000})


def locked(session: Session, import_id: int) -> Import:
    """For a change; raise NotFound."""
    row = session.get(Import, import_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise NotFound("import.not_found", id=import_id)
    return row


def begin(row: Import, state: ImportState) -> None:
    """From the start, whatever came of it before."""
    row.state = state
    row.progress, row.problem, row.cancel_requested, row.finished_at = 0.0, None, False, None


def conclude(row: Import, problem: Problem) -> None:
    """It came to nothing, and says why."""
    row.state = ImportState.CANCELLED if isinstance(problem, Cancelled) else ImportState.FAILED
    row.problem = {"code": problem.code, "params": json.loads(json.dumps(problem.params, default=str))}
    row.finished_at = func.now()


def _proposal(table: Table, kind: str) -> Proposal:
    sample = [cells for _, cells in islice(table.rows(), SAMPLE_ROWS)]
    mapping = propose(table.columns) if kind == ImportKind.CONTACTS else consent_rows.propose(table.columns)
    for index, meaning in mapping.items():
        if meaning.startswith("attribute:"):
            filled = [cells[index].strip() for cells in sample if len(cells) > index and cells[index].strip()]
            mapping[index] = f"{meaning}:{values.kind_of(filled)}"
    return Proposal(table.columns, mapping, sample[:20], table.most_rows)


def _refuse_running_or_applied(row: Import) -> None:
    if row.state in RUNNING:
        raise Refused("import.running")
    if row.state == ImportState.APPLIED:
        raise Refused("import.applied", name=row.filename)
