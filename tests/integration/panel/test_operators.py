"""Operators in the panel: what an administrator changes about them, and what that does to who is logged in."""

import re

from flask import Flask

from core.vocabulary import Role
from tests.integration.panel.people import Person, somebody


def test_a_disabled_operator_is_out_at_once_and_an_enabled_one_is_back(app: Flask, administrator: Person) -> None:
    editor = somebody(app, Role.EDITOR)
    assert editor.get("/contacts/").status_code == 200
    administrator.post("/operators/2/disable")
    assert editor.get("/contacts/").status_code == 302
    assert "Disabled" in administrator.get("/operators/2").text
    administrator.post("/operators/2/enable")
    assert "Active" in administrator.get("/operators/2").text


def test_a_new_role_holds_at_the_next_press(app: Flask, administrator: Person) -> None:
    editor = somebody(app, Role.EDITOR)
    assert editor.get("/segments/new").status_code == 200
    administrator.post("/operators/2/role", role="viewer")
    assert editor.get("/segments/new").status_code == 403
    assert administrator.post("/operators/2/role", role="emperor").status_code == 400


def test_the_last_administrator_stays_one(administrator: Person) -> None:
    for path, fields in (("/operators/1/disable", {}), ("/operators/1/role", {"role": "viewer"})):
        answer = administrator.post(path, **fields)
        assert "This is the last administrator" in administrator.get(answer.location).text


def test_who_forgot_their_password_gets_a_new_one_that_ends_the_old(app: Flask, administrator: Person) -> None:
    editor = somebody(app, Role.EDITOR)
    shown = administrator.post("/operators/2/password").text
    found = re.search(r'id="secret">([^<]+)<', shown)
    assert found
    assert editor.get("/contacts/").status_code == 302
    assert Person(app).log_in("editor@sendbote.test", found[1]).status_code == 302


def test_only_administrators_change_operators(app: Flask) -> None:
    launcher = somebody(app, Role.LAUNCHER)
    for path in ("disable", "enable", "unlink", "role", "password"):
        assert launcher.post(f"/operators/1/{path}", role="viewer").status_code == 403
