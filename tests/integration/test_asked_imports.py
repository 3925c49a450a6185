"""Imports that people ask for and workers do: found by the tick, run once, and begun again when a worker dies."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import Refused
from core.queries import due, leases
from core.services import import_runs, imports, uploads
from core.services.import_pass import Result
from core.services.import_progress import Interrupted, lease_of
from core.tables.audit import AuditEntry
from core.tables.contacts import Contact
from core.tables.imports import Import
from core.tables.leases import Lease
from core.vocabulary import ImportState
from tests.integration.campaign_factory import NOON

KEY = b"a" * 32
ROWS = "email,name\na@example.org,Ada\nnobody,Bea\n"


def uploaded(sessions: Sessions, folder: Path, *, rows: str = ROWS) -> int:
    path = folder / "contacts.csv"
    path.write_text(rows)
    with sessions.begin() as session:
        import_id = imports.register(session, filename="contacts.csv", path=path, by="test").id
        imports.choose(session, import_id, {0: "email", 1: "first_name"})
    return import_id


def ask(sessions: Sessions, import_id: int, *, for_good: bool) -> None:
    with sessions.begin() as session:
        imports.ask(session, import_id, for_good=for_good, by="operator:1")


def work(sessions: Sessions, import_id: int, holder: str = "worker", *, told: bool = False) -> Result | None:
    return import_runs.run_asked(sessions, import_id, key=KEY, country="DE", holder=holder, now=NOON, stop=lambda: told)


def state(session: Session, import_id: int) -> str:
    return imports.get(session, import_id).state


def contacts(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(select(func.count(Contact.id))) or 0


def test_what_is_asked_for_is_found_and_done_once(sessions: Sessions, tmp_path: Path) -> None:
    import_id = uploaded(sessions, tmp_path)
    with sessions() as session:
        assert due.imports_to_run(session) == []
    for for_good in (False, True):
        ask(sessions, import_id, for_good=for_good)
        with sessions() as session:
            assert due.imports_to_run(session) == [import_id]
        assert work(sessions, import_id) == Result(2, 1, 0, 0, 1)
        assert work(sessions, import_id) is None
        assert contacts(sessions) == int(for_good)
    with sessions() as session:
        row = imports.get(session, import_id)
        assert (row.state, row.added, row.refused, row.columns) == ("applied", 1, 1, ["email", "name"])
        acts = session.execute(
            select(AuditEntry.actor, AuditEntry.action).where(AuditEntry.subject == f"import:{import_id}")
        )
        assert ("operator:1", "import") in [tuple(act) for act in acts]


def test_a_second_worker_leaves_it_to_the_first(sessions: Sessions, tmp_path: Path) -> None:
    import_id = uploaded(sessions, tmp_path)
    ask(sessions, import_id, for_good=False)
    with sessions.begin() as session:
        leases.acquire(session, lease_of(import_id), "first", 60)
        assert due.imports_to_run(session) == []
    assert work(sessions, import_id, "second") is None


def test_after_the_death_of_a_worker_it_begins_again_from_the_start(sessions: Sessions, tmp_path: Path) -> None:
    import_id = uploaded(sessions, tmp_path)
    ask(sessions, import_id, for_good=False)
    work(sessions, import_id)
    ask(sessions, import_id, for_good=True)
    with sessions.begin() as session:
        leases.acquire(session, lease_of(import_id), "dead", 60)
    with sessions() as session:
        assert due.imports_to_run(session) == []
    with sessions.begin() as session:
        session.execute(update(Lease).values(expires_at=func.now() - timedelta(seconds=1)))
    with sessions() as session:
        assert due.imports_to_run(session) == [import_id]
    assert work(sessions, import_id) == Result(2, 1, 0, 0, 1)
    assert contacts(sessions) == 1


def test_a_worker_that_is_told_to_end_leaves_it_to_the_next_at_once(sessions: Sessions, tmp_path: Path) -> None:
    import_id = uploaded(sessions, tmp_path)
    ask(sessions, import_id, for_good=False)
    with pytest.raises(Interrupted):
        work(sessions, import_id, told=True)
    with sessions() as session:
        assert (state(session, import_id), due.imports_to_run(session)) == (ImportState.CHECKING, [import_id])


def test_a_worker_that_slept_through_its_lease_commits_nothing(sessions: Sessions, tmp_path: Path) -> None:
    import_id = uploaded(sessions, tmp_path)
    ask(sessions, import_id, for_good=False)
    work(sessions, import_id)
    ask(sessions, import_id, for_good=True)
    asked = 0

    def overtaken() -> bool:
        """Asked for the second time when all is staged; within a second the lease is not renewed again."""
        nonlocal asked
        asked += 1
        if asked == 2:
            with sessions.begin() as session:
                session.execute(update(Lease).values(holder="another"))
        return False

    with pytest.raises(Interrupted):
        import_runs.run_asked(sessions, import_id, key=KEY, country="DE", holder="worker", now=NOON, stop=overtaken)
    assert asked > 2
    assert contacts(sessions) == 0
    with sessions() as session:
        assert state(session, import_id) == ImportState.APPLYING
        assert leases.held(session, lease_of(import_id))


def test_one_that_waits_is_cancelled_at_once_and_one_that_runs_is_asked_to_stop(
    sessions: Sessions, tmp_path: Path
) -> None:
    import_id = uploaded(sessions, tmp_path)
    ask(sessions, import_id, for_good=False)
    with sessions.begin() as session:
        imports.cancel(session, import_id)
        assert state(session, import_id) == ImportState.CANCELLED
    ask(sessions, import_id, for_good=False)
    with sessions.begin() as session:
        leases.acquire(session, lease_of(import_id), "worker", 60)
        imports.cancel(session, import_id)
        assert (state(session, import_id), imports.get(session, import_id).cancel_requested) == ("checking", True)


def test_nothing_is_imported_untried_or_twice_or_while_it_runs(sessions: Sessions, tmp_path: Path) -> None:
    import_id = uploaded(sessions, tmp_path)
    with pytest.raises(Refused, match=r"import\.not_checked"):
        ask(sessions, import_id, for_good=True)
    ask(sessions, import_id, for_good=False)
    ask(sessions, import_id, for_good=False)
    with pytest.raises(Refused, match=r"import\.running"), sessions.begin() as session:
        imports.choose(session, import_id, {0: "email"})
    work(sessions, import_id)
    ask(sessions, import_id, for_good=True)
    work(sessions, import_id)
    with pytest.raises(Refused, match=r"import\.applied"):
        ask(sessions, import_id, for_good=True)


def test_a_file_that_is_gone_ends_the_import_under_the_name_that_people_know(
    sessions: Sessions, tmp_path: Path
) -> None:
    import_id = uploaded(sessions, tmp_path)
    ask(sessions, import_id, for_good=False)
    (tmp_path / "contacts.csv").rename(tmp_path / "elsewhere.csv")
    with pytest.raises(Exception, match=r"file\.unreadable"):
        work(sessions, import_id)
    with sessions() as session:
        row = imports.get(session, import_id)
        assert row.problem is not None
        assert (row.state, row.problem["params"]["name"]) == ("failed", "contacts.csv")


def test_a_week_later_the_file_is_deleted_and_its_refused_rows_stay(sessions: Sessions, tmp_path: Path) -> None:
    import_id = uploaded(sessions, tmp_path)
    ask(sessions, import_id, for_good=False)
    work(sessions, import_id)
    now = datetime.now(UTC)
    assert uploads.forget(sessions, tmp_path, now + timedelta(days=6)) == 0
    assert uploads.forget(sessions, tmp_path / "uploads", now + timedelta(days=8)) == 0
    assert uploads.forget(sessions, tmp_path, now + timedelta(days=8)) == 1
    assert not (tmp_path / "contacts.csv").exists()
    with sessions() as session:
        assert session.scalar(select(Import.path)) is None
        assert len(list(imports.refusals(session, import_id))) == 1
    with pytest.raises(Refused, match=r"import\.file_gone"), sessions.begin() as session:
        imports.ask(session, import_id, for_good=True, by="test")
