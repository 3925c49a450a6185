"""The lists as files: carried over from elsewhere, tried first, and carried away with hashes where no address is."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from cli import suppress
from config import Settings
from config.keys import load_keys
from core.database import Sessions
from core.errors import Invalid, Refused
from core.rules.addresses import address_key
from core.tables.contacts import Contact, Identity
from core.tables.suppression import Suppression
from tests.integration.test_suppressions import reasons

FILE = (
    "email;list;since;purpose\n"
    "Ada@example.org;unsubscribed;2026-01-05;\n"
    "bob@example.org;complaints;;\n"
    "nobody;marketing;;\n"
    "cem@example.org;friends;;\n"
    "dora@example.org;marketing;2999-01-01;\n"
    "ada@example.org;unsubscribed;;\n"
    "eve@example.org;;;\n"
)


@pytest.fixture(autouse=True)
def here(settings: Settings, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands find the test's servers as they find those of an installation."""
    monkeypatch.setenv("SENDBOTE_DATA", str(settings.data))
    monkeypatch.setenv("SENDBOTE_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("SENDBOTE_REDIS_URL", str(settings.redis_url))


def run(*arguments: object) -> str:
    result = CliRunner().invoke(suppress.app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def asked(*arguments: object) -> Any:
    return json.loads(run(*arguments, "--json"))


def key(settings: Settings, address: str) -> bytes:
    return address_key(load_keys(settings.data).addresses, "email", address)


def test_a_file_is_tried_and_then_imported_and_what_is_wrong_says_why(
    sessions: Sessions, settings: Settings, tmp_path: Path
) -> None:
    path, refused = tmp_path / "lists.csv", tmp_path / "refused.csv"
    path.write_text(FILE, encoding="utf-8")
    with sessions.begin() as session:
        bob = Contact(attributes={})
        session.add(bob)
        session.flush()
        for channel, address in (("email", "bob@example.org"), ("sms", "+491711111111")):
            mine = address_key(load_keys(settings.data).addresses, channel, address)
            session.add(Identity(contact_id=bob.id, channel=channel, address=address, address_key=mine))
    tried = asked("import", path, "--dry-run", "--list", "general", "--refused", refused)
    assert tried["applied"] is False
    with sessions() as session:
        assert session.scalars(select(Suppression.id)).all() == []
    done = asked("import", path, "--yes", "--list", "general")
    assert done == tried | {"applied": True}
    assert (done["rows"], done["added"], done["already"], done["refused"]) == (7, 3, 1, 3)
    assert done["by_list"] == {"complaints": 1, "general": 1, "unsubscribed": 1}
    with refused.open(encoding="utf-8-sig") as lines:
        assert [row[0] for row in csv.reader(lines)] == ["Row", "4", "5", "6"]
    with sessions() as session:
        ada = session.scalars(select(Suppression).where(Suppression.list == "unsubscribed")).one()
        assert (ada.channel, ada.source, f"{ada.added_at:%Y-%m-%d}") == ("email", "import", "2026-01-05")
        assert reasons(session) == {"bob@example.org": "complained", "+491711111111": "complained"}
    assert asked("import", path, "--yes", "--list", "general")["added"] == 0


def test_what_is_exported_comes_back_by_its_hash_alone(sessions: Sessions, settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with sessions.begin() as session:
        session.add(
            Identity(channel="email", address="=1+1@example.org", address_key=key(settings, "=1+1@example.org"))
        )
        entry = {"list": "general", "channel": "email", "source": "bounce"}
        session.add(Suppression(**entry, address_key=key(settings, "=1+1@example.org")))
        session.add(Suppression(list="erased", source="request", address_key=key(settings, "gone@example.org")))
    run("export", out)
    with out.open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["list"], row["address"]) for row in rows] == [("general", "'=1+1@example.org"), ("erased", "")]
    with sessions.begin() as session:
        for row in session.scalars(select(Suppression)):
            session.delete(row)
    assert asked("import", out, "--yes")["by_list"] == {"erased": 1, "general": 1}
    assert [one["list"] for one in asked("find", "Gone@Example.org")] == ["erased"]
    assert asked("import", out, "--yes")["added"] == 0


def test_a_file_that_names_nobody_is_refused_whole(tmp_path: Path) -> None:
    path = tmp_path / "lists.csv"
    path.write_text("name\nAda\n", encoding="utf-8")
    with pytest.raises(Invalid, match="no_column"):
        run("import", path, "--list", "general")


def test_an_address_is_found_and_released_as_far_as_that_is_a_persons_to_decide(
    sessions: Sessions, settings: Settings
) -> None:
    run("add", "general", "ada@example.org", "nobody")
    (found,) = asked("find", "ada@example.org")
    assert (found["list"], found["channel"], found["source"]) == ("general", "email", "person")
    run("release", "Ada@example.org", "--reason", "the address is right")
    assert asked("find", "ada@example.org")[0]["released"]
    for name in ("unsubscribed", "complaints", "erased"):
        with sessions.begin() as session:
            session.add(Suppression(list=name, source="link", address_key=key(settings, f"{name}@example.org")))
        with pytest.raises(Refused, match=f"{name}_stays"):
            run("release", f"{name}@example.org", "--reason", "please")
