"""Consents given elsewhere: they count with date, source and text, and never against a later no."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from cli import consent as command
from config import Settings
from core.database import Sessions
from core.errors import Invalid
from core.queries.contact_pages import consent_record
from core.queries.eligibility import consented
from core.rules.addresses import address_key
from core.services import consent, consent_imports
from core.services.consent import Whose, Wording
from core.tables.audit import AuditEntry
from core.tables.consent import Consent
from core.tables.contacts import Contact, Identity
from tests.integration.campaign_factory import NOON, make_contacts

KEY = b"k" * 32
TEXT = "The shop may send me news by email."
GOOD = {"address": "person1@example.org", "date": "2024-02-03", "source": "Fair in Vienna, card 12", "text": TEXT}


def brought_in(sessions: Sessions, *rows: dict[str, str], apply: bool = True) -> consent_imports.Result:
    numbered = list(enumerate(rows, 2))
    return consent_imports.run(sessions, numbered, key=KEY, country="AT", apply=apply, by="test", now=NOON)


@pytest.fixture
def people(sessions: Sessions) -> list[int]:
    with sessions.begin() as session:
        ids = make_contacts(session, 3)
        for identity in session.scalars(select(Identity)):
            identity.address_key = address_key(KEY, "email", identity.address or "")
        return ids


def agreed(sessions: Sessions) -> list[int]:
    with sessions() as session:
        return list(session.scalars(select(Contact.id).where(consented("email", "marketing")).order_by(Contact.id)))


def test_an_imported_consent_counts_and_keeps_its_evidence(sessions: Sessions, people: list[int]) -> None:
    assert brought_in(sessions, GOOD, apply=False).new == 1
    assert agreed(sessions) == [], "tried only"
    assert brought_in(sessions, GOOD).new == 1
    assert agreed(sessions) == [people[0]]
    with sessions() as session:
        kept = session.scalars(select(Consent)).one()
        assert (kept.way, kept.wording, kept.source) == ("import", TEXT, "Fair in Vienna, card 12")
        assert kept.at == datetime(2024, 2, 2, 23, tzinfo=UTC), "a day begins by the account's clock"
        record: Any = consent_record(session, people[0])
        assert record["consents"][0]["source"] == "Fair in Vienna, card 12"
        assert session.scalars(select(AuditEntry.subject)).all() == ["consents"]
    again = brought_in(sessions, GOOD)
    assert (again.new, again.unchanged) == (0, 1)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"date": ""}, "consent_row.no_date"),
        ({"source": " "}, "consent_row.no_source"),
        ({"text": ""}, "consent_row.no_text"),
        ({"date": "3.2.24"}, "consent_row.bad_date"),
        ({"date": "2030-01-01"}, "consent_row.future"),
        ({"address": "nobody@example.org"}, "consent_row.nobody"),
        ({"address": "no address"}, "import.bad_email"),
    ],
)
def test_what_lacks_its_evidence_does_not_count(
    sessions: Sessions, people: list[int], changed: dict[str, str], code: str
) -> None:
    result = brought_in(sessions, GOOD | changed)
    assert [(number, why) for number, why, _ in result.refused] == [(2, code)]
    assert agreed(sessions) == []


def test_a_consent_that_was_withdrawn_later_does_not_come_back(sessions: Sessions, people: list[int]) -> None:
    with sessions.begin() as session:
        identity = session.scalars(select(Identity).where(Identity.contact_id == people[0])).one()
        whose = Whose(people[0], identity.id, "email", "marketing")
        consent.record(session, whose, Wording("link"), given=False, at=datetime(2025, 1, 1, tzinfo=UTC), now=NOON)
    assert [why for _, why, _ in brought_in(sessions, GOOD).refused] == ["consent_row.withdrawn"]
    assert agreed(sessions) == []
    assert brought_in(sessions, GOOD | {"date": "2025-06-01"}).new == 1, "given anew after that"
    assert agreed(sessions) == [people[0]]


def test_an_address_that_two_people_share_is_nobodys_consent(sessions: Sessions, people: list[int]) -> None:
    with sessions.begin() as session:
        shared = address_key(KEY, "email", "person1@example.org")
        session.add(Identity(contact_id=people[1], channel="x", address="x", address_key=b"x"))
        second = session.scalars(select(Identity).where(Identity.contact_id == people[1])).first()
        assert second is not None
        second.address_key = shared
    assert [why for _, why, _ in brought_in(sessions, GOOD).refused] == ["consent_row.several"]


def test_the_command_tries_first_and_writes_down_what_it_refuses(
    settings: Settings, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SENDBOTE_DATA", str(settings.data))
    monkeypatch.setenv("SENDBOTE_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("SENDBOTE_REDIS_URL", str(settings.redis_url))
    path, refused = tmp_path / "given.csv", tmp_path / "refused.csv"
    path.write_text("Text,Source,Date,Address\nYes,Card,2024-01-01,ada@example.org\n=x,,2024-01-01,b@example.org\n")
    result = CliRunner().invoke(command.app, ["import", str(path), "--refused", str(refused), "--json"])
    assert json.loads(result.stdout) == {"applied": False, "new": 0, "unchanged": 0, "refused": 2}
    written = refused.read_text(encoding="utf-8-sig").splitlines()
    assert "Nobody has this address" in written[1]
    assert "'=x" in written[2]
    path.write_text("Address,Date\nada@example.org,2024-01-01\n")
    with pytest.raises(Invalid, match=r"consent_row\.no_column"):
        CliRunner().invoke(command.app, ["import", str(path)], catch_exceptions=False)
