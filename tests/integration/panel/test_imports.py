"""Imports in the panel: from the upload to the contacts, and what goes wrong on the way."""

from io import BytesIO

from flask import Flask
from sqlalchemy import func, select

from core.database import Sessions
from core.rules.addresses import address_key
from core.services import import_runs
from core.tables.consent import Consent
from core.tables.contacts import Contact, Identity
from core.vocabulary import Role
from tests.integration.campaign_factory import NOON
from tests.integration.panel.people import KEYS, Person, somebody

FILE = "E-Mail;Vorname;Umsatz\nada@example.org;Ada;12,50\nnobody;<b>Bea</b>;1\n"


def upload(person: Person, content: bytes = FILE.encode(), name: str = "kunden.csv") -> str:
    answer = person.post("/imports/new", file=(BytesIO(content), name))
    return answer.location or answer.text


def work(sessions: Sessions) -> None:
    import_runs.run_asked(sessions, 1, key=KEYS.addresses, country="DE", holder="worker", now=NOON, stop=lambda: False)


def test_a_file_is_tried_then_imported_by_the_workers(administrator: Person, sessions: Sessions) -> None:
    assert upload(administrator) == "/imports/1"
    assert "What each column means" in administrator.get("/imports/1").text
    asked = administrator.post("/imports/1/check", meaning=["email", "first_name", "attribute:umsatz:number"])
    assert asked.location == "/imports/1"
    assert administrator.get("/imports/1/progress").json == {"progress": 0.0, "said": "Waiting for a worker"}
    assert "What each column means" not in administrator.get("/imports/1").text
    work(sessions)
    assert administrator.get("/imports/1/progress").json == {"leads": "/imports/1"}
    tried = administrator.get("/imports/1").text
    assert "Import this now?" in tried
    assert "“nobody” is not an email address." in tried
    assert "<b>Bea" not in tried
    administrator.post("/imports/1/apply")
    work(sessions)
    assert "The file is imported." in administrator.get("/imports/1").text
    refused = administrator.get("/imports/1/refused.csv").text
    assert "Row,Why,E-Mail,Vorname,Umsatz" in refused.splitlines()[0]
    with sessions() as session:
        assert session.scalar(select(func.count(Contact.id))) == 1


def test_a_wrong_file_is_refused_by_its_name(administrator: Person) -> None:
    assert "“leer.csv” is empty" in upload(administrator, b"", "leer.csv")
    assert "“bild.xlsx” is not a spreadsheet" in upload(administrator, b"\x89PNG....", "bild.xlsx")


def test_a_mapping_without_an_address_is_refused_and_can_be_chosen_again(administrator: Person) -> None:
    upload(administrator)
    page = administrator.post("/imports/1/check", meaning=["", "first_name", ""]).text
    assert "None of the columns is an email address" in page
    assert "What each column means" in page


def test_a_second_press_and_the_back_button_do_no_harm(administrator: Person, sessions: Sessions) -> None:
    upload(administrator)
    administrator.post("/imports/1/check", meaning=["email", "", ""])
    work(sessions)
    administrator.post("/imports/1/apply")
    administrator.post("/imports/1/apply")
    work(sessions)
    answer = administrator.post("/imports/1/apply")
    assert "is imported already" in administrator.get(answer.location).text
    assert "is imported already" in administrator.post("/imports/1/check", meaning=["email", "", ""]).text


def test_one_that_waits_can_be_cancelled(administrator: Person) -> None:
    upload(administrator)
    administrator.post("/imports/1/check", meaning=["email", "", ""])
    administrator.post("/imports/1/cancel")
    page = administrator.get("/imports/1").text
    assert "The import was cancelled" in page
    assert "What each column means" in page


def test_a_viewer_sees_imports_and_starts_none(app: Flask, administrator: Person) -> None:
    upload(administrator)
    viewer = somebody(app, Role.VIEWER)
    assert viewer.get("/imports/1").status_code == 200
    assert viewer.post("/imports/1/check", meaning=["email", "", ""]).status_code == 403


def test_consents_are_tried_and_imported_where_contacts_are(
    administrator: Person, draft: int, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        identity = session.scalars(select(Identity)).one()
        identity.address_key = address_key(KEYS.addresses, "email", "ada@example.org")
    lines = b"E-Mail;Datum\nada@example.org;1.2.2024\nada@example.org;\n"
    answer = administrator.post("/imports/new", kind="consents", file=(BytesIO(lines), "optins.csv"))
    page = administrator.get(answer.location).text
    assert '<option value="date" selected>' in page
    refused = administrator.post("/imports/1/check", meaning=["address", "date"], source="Fair").text
    assert "not said what was agreed to" in refused
    assert 'value="Fair"' in refused, "what was typed is still there"
    administrator.post("/imports/1/check", meaning=["address", "date"], source="Fair", text="Yes, write to me.")
    work(sessions)
    tried = administrator.get("/imports/1").text
    assert "not said when the consent was given" in tried
    administrator.post("/imports/1/apply")
    work(sessions)
    assert "To the contacts" in administrator.get("/imports/1").text
    with sessions() as session:
        assert session.scalars(select(Consent.wording)).all() == ["Yes, write to me."]
    assert "Yes, write to me." in administrator.get(f"/contacts/{identity.contact_id}").text
