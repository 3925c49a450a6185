"""Files as people have them become contacts, once, and what is refused says why."""

import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from core.database import DatabaseFault, Sessions, reduced_errors
from core.errors import Invalid, Refused
from core.queries import foreign_keys
from core.rules.addresses import address_key
from core.services import import_runs, imports
from core.services.import_pass import Result
from core.tables.contacts import Attribute, Contact, Identity
from core.tables.imports import Import
from core.tables.suppression import Suppression
from core.vocabulary import ImportState
from tests.integration.campaign_factory import NOON

KEY = b"a" * 32
GERMAN = (
    "Kundennummer;Vorname;Nachname;E-Mail-Adresse;Handy;Geburtstag;Umsatz;Stammkunde\r\n"
    '1;Jürgen;"Müller\r\nSohn";juergen@example.org;0171 1234567;24.12.1980;1.234,50;ja\r\n'
    "2;Zoë;Weiß;zoe@EXAMPLE.org;+49 151 23456789;1.2.1990;12;nein\r\n"
    "3;Nobody;;not-an-address;;;;\r\n"
)


def run(sessions: Sessions, path: Path, *, for_good: bool = True) -> tuple[int, Result]:
    proposal = imports.proposal(path)
    with sessions.begin() as session:
        import_id = imports.register(session, filename=path.name, path=path, by="test").id
        imports.choose(session, import_id, proposal.mapping)
    result = import_runs.run(sessions, import_id, for_good=for_good, key=KEY, country="DE", holder="test", now=NOON)
    return import_id, result


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "contacts.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_german_file_in_any_usual_encoding_becomes_contacts(
    sessions: Sessions, tmp_path: Path, encoding: str
) -> None:
    import_id, result = run(sessions, written(tmp_path, GERMAN, encoding))
    assert (result.rows, result.added, result.refused) == (3, 2, 1)
    with sessions() as session:
        one = session.scalars(select(Contact).where(Contact.external_id == "1")).one()
        assert (one.first_name, one.last_name) == ("Jürgen", "Müller\r\nSohn")
        assert one.attributes == {"geburtstag": "1980-12-24", "umsatz": 1234.5, "stammkunde": True}
        addresses = session.scalars(select(Identity.address).where(Identity.contact_id == one.id)).all()
        assert sorted(address or "" for address in addresses) == ["+491711234567", "juergen@example.org"]
        assert session.scalar(select(Attribute.type).where(Attribute.key == "geburtstag")) == "date"
        refused = list(imports.refusals(session, import_id))
        assert [(one.row, one.code) for one in refused] == [(4, "import.bad_email")]
        assert refused[0].cells[1] == "Nobody"


def test_the_same_file_twice_changes_nothing(sessions: Sessions, tmp_path: Path) -> None:
    path = written(tmp_path, GERMAN)
    run(sessions, path)
    _, again = run(sessions, path)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 2)


def test_a_dry_run_counts_and_keeps_nothing(sessions: Sessions, tmp_path: Path) -> None:
    _, result = run(sessions, written(tmp_path, GERMAN), for_good=False)
    assert result.added == 2
    with sessions() as session:
        assert session.scalar(select(func.count(Contact.id))) == 0


def test_a_changed_address_is_a_new_identity_and_the_old_one_ends(sessions: Sessions, tmp_path: Path) -> None:
    run(sessions, written(tmp_path, "id,email\n7,old@example.org\n"))
    _, result = run(sessions, written(tmp_path, "id,email\n7,new@example.org\n"))
    assert result.updated == 1
    with sessions() as session:
        rows = session.execute(select(Identity.address, Identity.ended_at.is_(None)).order_by(Identity.id))
        assert [tuple(row) for row in rows] == [("old@example.org", False), ("new@example.org", True)]


def test_a_row_that_fits_two_contacts_is_refused_with_both_named(sessions: Sessions, tmp_path: Path) -> None:
    run(sessions, written(tmp_path, "email,mobile\na@example.org,+491711111111\nb@example.org,+491722222222\n"))
    import_id, result = run(sessions, written(tmp_path, "email,mobile\na@example.org,+491722222222\n"))
    assert result.refused == 1
    with sessions() as session:
        refusal = next(imports.refusals(session, import_id))
        assert (refusal.code, refusal.params) == ("import.fits_two", {"one": 1, "other": 2})


def test_a_customer_number_completes_the_contact_that_was_known_by_address(sessions: Sessions, tmp_path: Path) -> None:
    run(sessions, written(tmp_path, "email\na@example.org\n"))
    _, result = run(sessions, written(tmp_path, "id,email\n7,a@example.org\n"))
    assert (result.added, result.updated) == (0, 1)


def test_a_household_may_share_an_address(sessions: Sessions, tmp_path: Path) -> None:
    path = written(tmp_path, "id,email\n1,home@example.org\n2,home@example.org\n")
    _, result = run(sessions, path)
    assert result.added == 2
    _, again = run(sessions, path)
    assert again.unchanged == 2


def test_the_same_person_twice_in_a_file_counts_once(sessions: Sessions, tmp_path: Path) -> None:
    import_id, result = run(sessions, written(tmp_path, "email\na@example.org\nA@example.org\n"))
    assert (result.added, result.refused) == (1, 1)
    with sessions() as session:
        assert next(imports.refusals(session, import_id)).params == {"first": 2}


def test_an_erased_person_is_not_brought_back(sessions: Sessions, tmp_path: Path) -> None:
    with sessions.begin() as session:
        key = address_key(KEY, "email", "gone@example.org")
        session.add(Suppression(list="erased", address_key=key, source="request"))
    import_id, result = run(sessions, written(tmp_path, "email\nGone@example.org\n"))
    assert result.refused == 1
    with sessions() as session:
        assert next(imports.refusals(session, import_id)).code == "import.erased"


def test_a_broken_file_names_its_row_and_changes_nothing(sessions: Sessions, tmp_path: Path) -> None:
    broken = 'email,name\na@example.org,A\nb@example.org,"' + "x" * 200_000
    with pytest.raises(Invalid) as problem:
        run(sessions, written(tmp_path, broken))
    assert problem.value.params["row"] == 3
    with sessions() as session:
        assert session.scalar(select(func.count(Contact.id))) == 0


def test_a_quotation_mark_that_swallows_the_rest_is_refused_where_it_was_opened(
    sessions: Sessions, tmp_path: Path
) -> None:
    with pytest.raises(Invalid) as problem:
        run(
            sessions,
            written(tmp_path, 'email,name\na@example.org,A\nb@example.org,"B\nc@example.org,C\nd@example.org,D'),
        )
    assert (problem.value.params["row"], problem.value.params["line"]) == (3, 3)
    _, whole = run(sessions, written(tmp_path, 'email,name\na@example.org,A\nb@example.org,"B"'))
    assert whole.added == 2


def test_a_picture_is_no_table(sessions: Sessions, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01,\n\x00")
    with pytest.raises(Invalid, match=r"file\.no_table"):
        run(sessions, tmp_path / "photo.jpg")


def test_a_file_without_any_address_is_refused(sessions: Sessions, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        run(sessions, written(tmp_path, "Farbe,Form\nrot,rund\n"))


def test_a_spreadsheet_is_read_like_a_file(sessions: Sessions, tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["E-Mail", "Vorname", "PLZ"])
    sheet.append(["a@example.org", "Ada", "01067"])
    book.save(tmp_path / "contacts.xlsx")
    _, result = run(sessions, tmp_path / "contacts.xlsx")
    assert result.added == 1
    with sessions() as session:
        assert session.scalars(select(Contact.attributes)).one() == {"plz": "01067"}


def test_a_fault_of_the_database_ends_the_import_and_quotes_no_row(sessions: Sessions, tmp_path: Path) -> None:
    with sessions.begin() as session:
        session.execute(text("ALTER TABLE contacts ADD CONSTRAINT nobody_is_called_ada CHECK (first_name <> 'Ada')"))
    try:
        with pytest.raises(DatabaseFault) as fault:
            run(sessions, written(tmp_path, "email,first name\nada@example.org,Ada\n"))
    finally:
        with sessions.begin() as session:
            session.execute(text("ALTER TABLE contacts DROP CONSTRAINT nobody_is_called_ada"))
    assert "ada@" not in str(fault.value)
    with sessions() as session:
        row = session.scalars(select(Import)).one()
        assert row.state == ImportState.FAILED
        assert row.problem == {
            "code": "database.fault",
            "params": {"sqlstate": "23514", "constraint": "nobody_is_called_ada"},
        }
        assert session.scalar(select(func.count(Contact.id))) == 0


def test_what_copy_itself_refuses_is_a_fault_without_the_row(sessions: Sessions) -> None:
    def copy_what_is_no_json() -> None:
        with reduced_errors(), sessions() as session:
            connection: Any = session.connection().connection.driver_connection
            with connection.cursor().copy("COPY contacts (attributes) FROM STDIN") as copy:
                copy.write_row(["secret"])

    with pytest.raises(DatabaseFault) as fault:
        copy_what_is_no_json()
    assert "secret" not in str(fault.value)


def test_a_file_of_which_every_row_is_refused_is_kept_whole_and_held_by_nobody(
    sessions: Sessions, tmp_path: Path
) -> None:
    note = "x" * 1000
    rows = "".join(f"nobody{n},{note}\n" for n in range(10_000)) + f"same@example.org,{note}\n" * 10_000
    path = written(tmp_path, f"email,note\n{rows}")
    tracemalloc.start()
    import_id, result = run(sessions, path, for_good=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (result.added, result.refused) == (1, 19_999)
    assert peak < len(rows) / 2
    with sessions() as session:
        kept = list(imports.refusals(session, import_id))
    assert [one.row for one in kept] == [*range(2, 10_002), *range(10_003, 20_002)]
    assert {one.code for one in kept[:10_000]} == {"import.bad_email"}
    assert kept[-1].cells == ["same@example.org", note]
    assert kept[-1].params == {"first": 10_002}


def test_what_no_index_could_hold_is_refused_by_its_row(sessions: Sessions, tmp_path: Path) -> None:
    import_id, result = run(sessions, written(tmp_path, f"id,email\n{'😀' * 900},a@example.org\n8,b@example.org\n"))
    assert (result.added, result.refused) == (1, 1)
    with sessions() as session:
        assert next(imports.refusals(session, import_id)).code == "import.too_long"


def test_numbers_without_end_are_no_numbers(sessions: Sessions, tmp_path: Path) -> None:
    usual = "".join(f"person{n}@example.org,{n}\n" for n in range(imports.SAMPLE_ROWS))
    _, result = run(sessions, written(tmp_path, f"email,points\n{usual}b@example.org,{'9' * 400}\n"))
    assert (result.added, result.refused) == (imports.SAMPLE_ROWS, 1)


def test_half_a_file_in_utf16_is_no_table(sessions: Sessions, tmp_path: Path) -> None:
    path = tmp_path / "half.csv"
    path.write_bytes("email\na@example.org\n".encode("utf-16")[:-1])
    with pytest.raises(Invalid, match="no_table"):
        run(sessions, path)


def test_who_is_known_by_number_alone_is_found_again(sessions: Sessions, tmp_path: Path) -> None:
    path = written(tmp_path, "mobile,name\n0171 1234567,Ada\n")
    run(sessions, path)
    _, again = run(sessions, path)
    assert (again.added, again.unchanged) == (0, 1)


def test_a_database_user_without_the_right_to_skip_checks_imports_all_the_same(sessions: Sessions) -> None:
    with sessions() as session:
        session.execute(text("SET LOCAL ROLE pg_monitor"))
        with foreign_keys.taken_for_granted(session, "identities"):
            assert session.scalar(text("SHOW session_replication_role")) == "origin"
        session.execute(text("RESET ROLE"))
        with foreign_keys.taken_for_granted(session, "identities"):
            assert session.scalar(text("SHOW session_replication_role")) == "replica"
        assert session.scalar(text("SHOW session_replication_role")) == "origin"


def test_a_trigger_of_somebody_else_is_not_skipped(sessions: Sessions) -> None:
    with sessions() as session:
        session.execute(text("CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"))
        session.execute(text("CREATE TRIGGER seen BEFORE INSERT ON identities FOR EACH ROW EXECUTE FUNCTION seen()"))
        with foreign_keys.taken_for_granted(session, "identities"):
            assert session.scalar(text("SHOW session_replication_role")) == "origin"
