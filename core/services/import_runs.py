"""Carrying out an import that was asked for: a dry run, or the same again for good, in one transaction."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.database import Sessions, reduced_errors
from core.errors import Invalid, Problem, Refused, Unavailable
from core.queries import leases, settings, staging
from core.rules.contacts.rows import Reader
from core.services import audit, consent_imports, import_pass, imports
from core.services.consent_imports import Reading
from core.services.import_pass import Result
from core.services.import_progress import LEASE_SECONDS, Interrupted, Progress, Teller, lease_of
from core.tables.imports import Import
from core.vocabulary import ImportKind, ImportState
from files import FileProblem, Table, open_table

MANY = 10_000
"""New or changed contacts after which the tables are put in order at once."""


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be done, as it stood when the lease was taken."""

    id: int
    kind: str
    name: str
    path: Path
    meanings: dict[int, str]
    usual: dict[str, str]
    segment_id: int | None
    for_good: bool
    holder: str
    key: bytes
    country: str
    now: datetime


def run(
    sessions: Sessions,
    import_id: int,
    *,
    for_good: bool,
    key: bytes,
    country: str,
    holder: str,
    now: datetime,
    progress: Progress | None = None,
) -> Result:
    """The dry run, or the import itself, for somebody who waits for it; both do the same, and one keeps what it did.

    Everything happens in one transaction, so a broken file or a cancel changes nothing. Raises Cancelled, or the
    problem of the file; the import's row says so too.
    """
    with sessions.begin() as session:
        row = imports.locked(session, import_id)
        if not leases.acquire(session, lease_of(import_id), holder, LEASE_SECONDS):
            raise Refused("import.running")
        imports.begin(row, ImportState.APPLYING if for_good else ImportState.CHECKING)
        order = _order(row, holder, key=key, country=country, now=now)
    return _carry_out(sessions, order, Teller(sessions, import_id, holder, progress))


def run_asked(
    sessions: Sessions,
    import_id: int,
    *,
    key: bytes,
    country: str,
    holder: str,
    now: datetime,
    stop: Callable[[], bool],
) -> Result | None:
    """What `ask` asked for, from the start; None if it is done already, or under way somewhere else.

    Raises Interrupted once `stop` says so, after which it may be run again.
    """
    with sessions.begin() as session:
        row = imports.locked(session, import_id)
        if row.state not in imports.RUNNING or not leases.acquire(session, lease_of(import_id), holder, LEASE_SECONDS):
            return None
        order = _order(row, holder, key=key, country=country, now=now)
    return _carry_out(sessions, order, Teller(sessions, import_id, holder, stop=stop))


def give_up(sessions: Sessions, import_id: int, problem: Problem) -> None:
    """Let it fail for good, so that it is not run again and again."""
    with sessions.begin() as session:
        row = imports.locked(session, import_id)
        if row.state in imports.RUNNING:
            imports.conclude(row, problem)


def _order(row: Import, holder: str, *, key: bytes, country: str, now: datetime) -> _Order:
    return _Order(
        id=row.id,
        kind=row.kind,
        name=row.filename,
        path=Path(row.path or ""),
        meanings={int(index): meaning for index, meaning in (row.mapping or {}).items()},
        usual=dict(row.usual or {}),
        segment_id=row.segment_id,
        for_good=row.state == ImportState.APPLYING,
        holder=holder,
        key=key,
        country=country,
        now=now,
    )


def _carry_out(sessions: Sessions, order: _Order, teller: Teller) -> Result:
    try:
        with reduced_errors():
            result = _transacted(sessions, order, teller)
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
    if order.for_good and result.added + result.updated >= MANY and order.kind == ImportKind.CONTACTS:
        with suppress(Problem), reduced_errors():
            staging.tidy(sessions)
    return result


def _transacted(sessions: Sessions, order: _Order, teller: Teller) -> Result:
    """The lease is kept in the same transaction as what came in: who has lost it commits nothing."""
    table = open_table(order.path)
    bring_in = _contacts if order.kind == ImportKind.CONTACTS else _consents
    with sessions() as session:
        result = bring_in(session, order, table, teller)
        if order.for_good:
            audit.note(session, order.holder, "imported", f"import:{order.id}", kind=order.kind, added=result.added)
        teller.tell(0.99)
        row = imports.locked(session, order.id)
        row.columns = list(table.columns)
        import_pass.keep(row, ImportState.APPLIED if order.for_good else ImportState.CHECKED, result)
        if not leases.renew(session, lease_of(order.id), order.holder, LEASE_SECONDS):
            raise Interrupted("import.interrupted")
        session.commit()
    return result


def _contacts(session: Session, order: _Order, table: Table, teller: Teller) -> Result:
    reader = Reader(order.meanings, order.key, order.country)
    result = import_pass.stage(session, table, reader, teller)
    if order.for_good:
        import_pass.apply(
            session,
            order.id,
            order.meanings,
            columns=table.columns,
            segment_id=order.segment_id,
            teller=teller,
        )
    import_pass.keep_refused(session, order.id, table)
    return result


def _consents(session: Session, order: _Order, table: Table, teller: Teller) -> Result:
    zone = ZoneInfo(settings.value(session, "timezone"))
    how = Reading(order.meanings, order.usual, order.key, order.country, zone, order.now)
    return consent_imports.run(session, order.id, table, how, for_good=order.for_good, teller=teller)
