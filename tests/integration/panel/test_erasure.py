"""Erasing a person from their page: by administrators, with the number typed."""

from flask import Flask
from sqlalchemy import select

from core.database import Sessions
from core.tables.contacts import Contact
from core.vocabulary import Role
from tests.integration.panel.people import Person, somebody


def test_an_administrator_erases_a_person_by_typing_their_number(
    app: Flask, administrator: Person, draft: int, sessions: Sessions
) -> None:
    del draft
    launcher = somebody(app, Role.LAUNCHER)
    assert "Erase this person" not in launcher.get("/contacts/1").text
    assert launcher.post("/contacts/1/erase", confirmation="1").status_code == 403
    administrator.post("/contacts/1/erase", confirmation="yes")
    assert "type its number: 1" in administrator.get("/contacts/1").text
    assert "Lovelace" in administrator.get("/contacts/1").text
    administrator.post("/contacts/1/erase", confirmation="1")
    page = administrator.get("/contacts/1").text
    assert "Lovelace" not in page
    assert "ada@example.org" not in page
    assert "Erased on" in page
    with sessions() as session:
        assert session.scalar(select(Contact.erased_at)) is not None
