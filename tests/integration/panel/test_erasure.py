"""Erasing a person from their page: by administrators, who say that they have looked who it is."""

from flask import Flask
from sqlalchemy import select

from core.database import Sessions
from core.tables.contacts import Contact
from core.vocabulary import Role
from tests.integration.panel.people import Person, somebody


def test_an_administrator_erases_whom_they_have_looked_at(
    app: Flask, administrator: Person, draft: int, sessions: Sessions
) -> None:
    del draft
    launcher = somebody(app, Role.LAUNCHER)
    assert "Erase this person" not in launcher.get("/contacts/1").text
    assert launcher.post("/contacts/1/erase", confirmed="on").status_code == 403
    asked = administrator.get("/contacts/1").text
    assert "This is who asked to be forgotten: Ada &lt;b&gt;Lovelace&lt;/b&gt; · ada@example.org" in asked
    administrator.post("/contacts/1/erase")
    page = administrator.get("/contacts/1").text
    assert "Nobody was erased" in page
    assert "Lovelace" in page
    administrator.post("/contacts/1/erase", confirmed="on")
    page = administrator.get("/contacts/1").text
    assert "Lovelace" not in page
    assert "ada@example.org" not in page
    assert "Erased on" in page
    with sessions() as session:
        assert session.scalar(select(Contact.erased_at)) is not None
