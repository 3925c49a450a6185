"""Importing a file of contacts: a dry run first, then the same again for good; refused rows are kept with why."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.database import Sessions, reduced_errors
from core.errors import Invalid, NotFound, Problem, Refused, Unavailable
from core.queries import leases, staging
from core.queries.bell import ring
from core.rules.contacts import cells as values
from core.rules.contacts.columns import propose
from core.rules.contacts.rows import Reader
from core.services import audit, import_pass
from core.services.import_pass import Result
from core.services.import_progress import LEASE_SECONDS, Cancelled, Interrupted, Progress, Teller, lease_of
from core.tables.imports import Import, ImportRefusal
from core.vocabulary import ImportState
from files import FileProblem, Table, open_table

SAMPLE_ROWS = 200
MANY = 10_000
"""New or changed contacts after which the tables are put in order at once."""
RUNNING = (ImportState.CHECKING, ImportState.APPLYING)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a person sees before the dry run: columns, what each is taken for, and the first rows."""

    columns: list[str]
    mapping: dict[int, str]
    sample: list[list[str]]
    most_rows: int | None


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be done, as it stood when the lease was taken."""

    id: int
    name: str
    path: Path
    mapping: dict[str, str]
    segment_id: int | None
    for_good: bool
    holder: str


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


def choose(session: Session, import_id: int, mapping: dict[int, str], *, segment_id: int | None = None) -> None:
    """Keep what the columns mean; raise Refused (`import.no_address`) if none of them leads to a person."""
    if not {"email", "phone", "external_id"} & set(mapping.values()):
        raise Refused("import.no_address")
    row = _locked(session, import_id)
    _refuse_running_or_applied(row)
    row.mapping = {str(index): meaning for index, meaning in mapping.items()}
    if segment_id is not None:
        row.segment_id = segment_id


def ask(session: Session, import_id: int, *, for_good: bool, by: str) -> Import:
    """Have a worker try the import, or do it; asking twice for the same does no harm.

    Raises Refused if it was not tried before (`import.not_checked`), is done already, or its file is gone.
    """
    row = _locked(session, import_id)
    wanted = ImportState.APPLYING if for_good else ImportState.CHECKING
    if row.state == wanted:
        return row
    _refuse_running_or_applied(row)
    if for_good and row.state != ImportState.CHECKED:
        raise Refused("import.not_checked")
    if row.path is None:
        raise Refused("import.file_gone", name=row.filename)
    _begin(row, wanted)
    audit.note(session, by, "import" if for_good else "check_import", f"import:{import_id}")
    ring(session)
    return row


def cancel(session: Session, import_id: int) -> None:
    """One that waits is cancelled at once; one that runs ends within a second. Neither changes anything."""
    row = _locked(session, import_id)
    if row.state not in RUNNING:
        return
    row.cancel_requested = True
    if not leases.held(session, lease_of(import_id)):
        _conclude(row, Cancelled("import.cancelled"))


def get(session: Session, import_id: int) -> Import:
    row = session.get(Import, import_id, populate_existing=True)
    if row is None:
        raise NotFound("import.not_found", id=import_id)
    return row


def refusals(session: Session, import_id: int, *, most: int | None = None) -> Iterator[ImportRefusal]:
    """The refused rows of the last run in the order of the file, streamed: there may be a million."""
    rows = select(ImportRefusal).where(ImportRefusal.import_id == import_id).order_by(ImportRefusal.row).limit(most)
    yield from session.scalars(rows, execution_options={"yield_per": 1000})


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
    """The dry run, or the import itself, for somebody who waits for it; both do the same, and one keeps what it did.

    Everything happens in one transaction, so a broken file or a cancel changes nothing. Raises Cancelled, or the
    problem of the file; the import's row says so too.
    """
    with sessions.begin() as session:
        row = _locked(session, import_id)
        if not leases.acquire(session, lease_of(import_id), holder, LEASE_SECONDS):
            raise Refused("import.running")
        _begin(row, ImportState.APPLYING if for_good else ImportState.CHECKING)
        order = _order(row, holder)
    return _carry_out(sessions, order, key, country, Teller(sessions, import_id, holder, progress))


def run_asked(
    sessions: Sessions, import_id: int, *, key: bytes, country: str, holder: str, stop: Callable[[], bool]
) -> Result | None:
    """What `ask` asked for, from the start; None if it is done already, or under way somewhere else.

    Raises Interrupted once `stop` says so, after which it may be run again.
    """
    with sessions.begin() as session:
        row = _locked(session, import_id)
        if row.state not in RUNNING or not leases.acquire(session, lease_of(import_id), holder, LEASE_SECONDS):
            return None
        order = _order(row, holder)
    return _carry_out(sessions, order, key, country, Teller(sessions, import_id, holder, stop=stop))


def give_up(sessions: Sessions, import_id: int, problem: Problem) -> None:
    """Let it fail for good, so that it is not run again and again."""
    with sessions.begin() as session:
        row = _locked(session, import_id)
        if row.state in RUNNING:
            _conclude(row, problem)


def _proposal(table: Table) -> Proposal:
    sample = [cells for _, cells in islice(table.rows(), SAMPLE_ROWS)]
    mapping = propose(table.columns)
    for index, meaning in mapping.items():
        if meaning.startswith("attribute:"):
            filled = [cells[index].strip() for cells in sample if len(cells) > index and cells[index].strip()]
            mapping[index] = f"{meaning}:{values.kind_of(filled)}"
    return Proposal(table.columns, mapping, sample[:20], table.most_rows)


def _locked(session: Session, import_id: int) -> Import:
    row = session.get(Import, import_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise NotFound("import.not_found", id=import_id)
    return row


def _refuse_running_or_applied(row: Import) -> None:
    if row.state in RUNNING:
        raise Refused("import.running")
    if row.state == ImportState.APPLIED:
        raise Refused("import.applied", name=row.filename)


def _begin(row: Import, state: ImportState) -> None:
    row.state = state
    row.progress, row.problem, row.cancel_requested, row.finished_at = 0.0, None, False, None


def _order(row: Import, holder: str) -> _Order:
    for_good = row.state == ImportState.APPLYING
    return _Order(row.id, row.filename, Path(row.path or ""), dict(row.mapping or {}), row.segment_id, for_good, holder)


def _carry_out(sessions: Sessions, order: _Order, key: bytes, country: str, teller: Teller) -> Result:
    try:
        with reduced_errors():
            result = _transacted(sessions, order, key, country, teller)
    except (Interrupted, Unavailable):
        raise
    except FileProblem as problem:
        fault = Invalid(problem.code, **{**problem.params, "name": order.name})
        give_up(sessions, order.id, fault)
        raise fault from None
    except Problem as problem:
        give_up(sessions, order.id, problem)
        raise
    finally:
        with sessions.begin() as session:
            leases.release(session, lease_of(order.id), order.holder)
    if order.for_good and result.added + result.updated >= MANY:
        with suppress(Problem), reduced_errors():
            staging.tidy(sessions)
    return result


def _transacted(sessions: Sessions, order: _Order, key: bytes, country: str, teller: Teller) -> Result:
    """The lease is kept in the same transaction as the contacts: who has lost it commits nothing."""
    table = open_table(order.path)
    reader = Reader({int(index): meaning for index, meaning in order.mapping.items()}, key, country)
    with sessions() as session:
        result = import_pass.stage(session, table, reader, teller)
        if order.for_good:
            import_pass.apply(
                session,
                order.id,
                order.mapping,
                columns=table.columns,
                segment_id=order.segment_id,
                teller=teller,
            )
            audit.note(session, order.holder, "imported", f"import:{order.id}", added=result.added)
        import_pass.keep_refused(session, order.id, table)
        teller.tell(0.99)
        row = _locked(session, order.id)
        row.columns = list(table.columns)
        import_pass.keep(row, ImportState.APPLIED if order.for_good else ImportState.CHECKED, result)
        if not leases.renew(session, lease_of(order.id), order.holder, LEASE_SECONDS):
            raise Interrupted("import.interrupted")
        session.commit()
    return result


def _conclude(row: Import, problem: Problem) -> None:
    row.state = ImportState.CANCELLED if isinstance(problem, Cancelled) else ImportState.FAILED
    row.problem = {"code": problem.code, "params": json.loads(json.dumps(problem.params, default=str))}
    row.finished_at = func.now()
