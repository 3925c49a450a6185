"""People at browsers without eyes, and the panel that they ask."""

import re
from datetime import UTC, datetime

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from admin import accounts
from admin.context import writing
from config.keys import Keys
from core.tables.operators import Operator
from core.vocabulary import Role

KEYS = Keys(addresses=b"a" * 32, signing=b"s" * 32)
HOME = "http://localhost:8025"
ORIGIN = {"Origin": HOME, "Referer": f"{HOME}/"}
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


class Person:
    """Somebody at a browser: asks for pages, and fills in forms with the token that their page brings."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, base_url=HOME, headers=headers)

    def post(self, path: str, token_from: str = "/password", **fields: object) -> TestResponse:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(token_from).text)
        token = found[1] if found else ""
        return self.client.post(path, base_url=HOME, headers=ORIGIN, data={"csrf_token": token, **fields})

    def log_in(self, email: str, password: str) -> TestResponse:
        return self.post("/login", token_from="/login", email=email, password=password)


def somebody(app: Flask, role: Role) -> Person:
    with app.app_context(), writing() as session:
        operator = Operator(name=role.value, role=role)
        session.add(operator)
        session.flush()
        password = accounts.create(session, operator.id, f"{role}@sendbote.test", by="system")
    person = Person(app)
    assert person.log_in(f"{role}@sendbote.test", password).status_code == 302
    return person
