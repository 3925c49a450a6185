"""Those who may not be contacted, in the panel: added by hand, shown by name, released by whoever may."""

from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from core.database import Sessions
from core.rules.addresses import address_key
from core.tables.audit import AuditEntry
from core.tables.contacts import Contact, Identity
from core.tables.suppression import Suppression
from core.vocabulary import Role
from tests.integration.panel.people import KEYS, Person, somebody


def listed(sessions: Sessions, name: str) -> int:
    """Ada, on that list."""
    with sessions.begin() as session:
        contact = Contact(first_name="<i>Ada</i>", attributes={})
        session.add(contact)
        session.flush()
        key = address_key(KEYS.addresses, "email", "ada@example.org")
        session.add(Identity(contact_id=contact.id, channel="email", address="ada@example.org", address_key=key))
        row = Suppression(list=name, channel="email", address_key=key, contact_id=contact.id, source="bounce")
        session.add(row)
        session.flush()
        return row.id


def test_pasted_addresses_are_listed_and_what_is_none_stays_in_the_form(administrator: Person) -> None:
    answer = administrator.post(
        "/do-not-contact/new", list="general", channel="email", entries="a@example.org, nobody\nb@example.org"
    )
    assert "2 addresses were added." in answer.text
    assert "left out: nobody" in answer.text
    assert ">nobody</textarea>" in answer.text
    page = administrator.get("/do-not-contact/?search=a@example.org").text
    assert "An address not kept" in page
    assert "1 entry" in page


def test_an_entry_is_released_with_a_reason_that_its_page_keeps(administrator: Person, sessions: Sessions) -> None:
    id_ = listed(sessions, "general")
    assert "ada@example.org" in administrator.get("/do-not-contact/?only=general").text
    page = administrator.get(f"/do-not-contact/{id_}").text
    assert "&lt;i&gt;Ada" in page
    assert "a letter that came back" in page
    answer = administrator.post(f"/do-not-contact/{id_}/release", reason="")
    assert "Say why it is released" in administrator.get(answer.location).text
    answer = administrator.post(f"/do-not-contact/{id_}/release", reason="typing error corrected")
    after = administrator.get(answer.location).text
    assert "Administrator: typing error corrected" in after
    assert "ada@example.org" not in administrator.get("/do-not-contact/").text
    assert "ada@example.org" in administrator.get("/do-not-contact/?only=released").text


@pytest.mark.parametrize("name", ["unsubscribed", "complaints", "erased"])
def test_what_customers_decided_has_no_button(administrator: Person, sessions: Sessions, name: str) -> None:
    id_ = listed(sessions, name)
    assert f"/do-not-contact/{id_}/release" not in administrator.get(f"/do-not-contact/{id_}").text
    answer = administrator.post(f"/do-not-contact/{id_}/release", reason="please")
    assert answer.status_code == 302
    assert "Released:" not in administrator.get(answer.location).text


def test_a_wish_for_no_advertising_is_released_by_administrators_only(app: Flask, sessions: Sessions) -> None:
    id_ = listed(sessions, "marketing")
    editor = somebody(app, Role.EDITOR)
    assert f"/do-not-contact/{id_}/release" not in editor.get(f"/do-not-contact/{id_}").text
    assert editor.post(f"/do-not-contact/{id_}/release", reason="please").status_code == 403


def test_a_contacts_page_leads_to_their_entries(administrator: Person, sessions: Sessions) -> None:
    id_ = listed(sessions, "general")
    assert f"/do-not-contact/{id_}" in administrator.get("/contacts/1").text


def test_a_file_of_a_list_is_tried_imported_and_had_back(administrator: Person, sessions: Sessions) -> None:
    def sent(step: str) -> str:
        file = (BytesIO(b"email;list\nada@example.org;unsubscribed\nnobody;general\n"), "lists.csv")
        return administrator.post("/do-not-contact/import", file=file, channel="email", list="", step=step).text

    tried = sent("try")
    assert "Tried: nothing was changed" in tried
    assert "“nobody” is no address" in tried
    with sessions() as session:
        assert session.scalars(select(Suppression.id)).all() == []
    assert "Imported." in sent("import")
    with sessions() as session:
        assert session.scalars(select(Suppression.list)).all() == ["unsubscribed"]
    exported = administrator.get("/do-not-contact/export.csv?only=unsubscribed").text
    assert exported.splitlines()[1].startswith("unsubscribed,email,,")


def test_many_are_released_by_their_number_and_with_a_reason(administrator: Person, sessions: Sessions) -> None:
    with sessions.begin() as session:
        for number in range(3):
            source = "bounce" if number else "person"
            key = number.to_bytes(16, "big")
            session.add(Suppression(list="general", channel="email", source=source, address_key=key))
        session.add(Suppression(list="unsubscribed", channel="email", source="bounce", address_key=b"u" * 16))
    asked = {"list": "general", "source": "bounce", "since": "2020-01-01", "until": "2999-01-01"}
    page = "/do-not-contact/release"
    assert "Type 2 to confirm" in administrator.post(page, **asked, step="look").text
    assert (
        "The number of entries is 2 by now"
        in administrator.post(page, **asked, step="release", expected=3, reason="x").text
    )
    assert "Say why" in administrator.post(page, **asked, step="release", expected=2, reason=" ").text
    stays = administrator.post(page, **{**asked, "list": "unsubscribed"}, step="release", expected=1, reason="please")
    assert "Only the customer can end an unsubscription" in stays.text
    with sessions() as session:
        assert session.scalars(select(Suppression.released_at)).all() == [None] * 4
    assert administrator.post(page, **asked, step="release", expected=2, reason="relay was wrong").status_code == 302
    with sessions() as session:
        left = session.scalars(select(Suppression.source).where(Suppression.released_at.is_(None))).all()
        assert sorted(left) == ["bounce", "person"]
        noted = session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("release"))).all()
        assert sorted(noted) == ["release", "release", "release_many"]
