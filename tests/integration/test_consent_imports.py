"""Consents given elsewhere: they count with date, source and text, and never against a later no."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from cli import consent as command
from config import Settings
from core.database import Sessions
from core.errors import Refused
from core.queries.contact_pages import consent_record
from core.queries.eligibility import consented
from core.rules.addresses import address_key
from core.services import consent, import_runs, imports
from core.services.consent import Whose, Wording
from core.services.import_pass import Result
from core.tables.audit import AuditEntry
from core.tables.consent import Consent
from core.tables.contacts import Contact, Identity
from core.vocabulary import ImportKind
from tests.integration.campaign_factory import NOON, make_contacts

KEY = b"k" * 32
TEXT = "The shop may send me news by email."
GOOD = {"address": "person1@example.org", "date": "2024-02-03", "source": "Fair in Vienna, card 12", "text": TEXT}


@dataclass(frozen=True, slots=True)
class BroughtIn:
    result: Result
    refused: list[tuple[int, str]]


BringIn = Callable[..., BroughtIn]


@pytest.fixture
def bring_in(sessions: Sessions, tmp_path: Path) -> BringIn:
    """A file of these rows, tried or imported."""

    def bring(*rows: dict[str, str], apply: bool = True, usual: dict[str, str] | None = None) -> BroughtIn:
        path = tmp_path / "consents.csv"
        with path.open("w", newline="") as lines:
            writer = csv.DictWriter(lines, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        found = imports.proposal(path, ImportKind.CONSENTS)
        with sessions.begin() as session:
            kind = ImportKind.CONSENTS
            import_id = imports.register(session, filename="consents.csv", path=path, kind=kind, by="test").id
            imports.choose(session, import_id, found.mapping, usual=usual)
        given = {"key": KEY, "country": "AT", "holder": "test", "now": NOON}
        result = import_runs.run(sessions, import_id, for_good=apply, **given)  # type: ignore[arg-type]
        with sessions() as session:
            return BroughtIn(result, [(one.row, one.code) for one in imports.refusals(session, import_id)])

    return bring


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


def test_an_imported_consent_counts_and_keeps_its_evidence(
    sessions: Sessions, people: list[int], bring_in: BringIn
) -> None:
    assert bring_in(GOOD, apply=False).result.added == 1
    assert agreed(sessions) == [], "tried only"
    assert bring_in(GOOD).result.added == 1
    assert agreed(sessions) == [people[0]]
    with sessions() as session:
        kept = session.scalars(select(Consent)).one()
        assert (kept.way, kept.wording, kept.source) == ("import", TEXT, "Fair in Vienna, card 12")
        assert kept.at == datetime(2024, 2, 2, 23, tzinfo=UTC), "a day begins by the account's clock"
        record: Any = consent_record(session, people[0])
        assert record["consents"][0]["source"] == "Fair in Vienna, card 12"
        assert session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "imported")).all()
    again = bring_in(GOOD).result
    assert (again.added, again.unchanged) == (0, 1)


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
    sessions: Sessions, people: list[int], bring_in: BringIn, changed: dict[str, str], code: str
) -> None:
    other = {"address": "person2@example.org", "date": "1.2.2024"}
    brought = bring_in(GOOD | changed, GOOD | other)
    assert brought.refused == [(2, code)]
    assert agreed(sessions) == [people[1]], "nothing else is lost"


def test_what_is_the_same_for_all_is_said_once(sessions: Sessions, people: list[int], bring_in: BringIn) -> None:
    rows = [
        {"E-Mail": f"person{n}@example.org", "Datum": "03.02.2024 14:05", "Quelle": q}
        for n, q in ((1, ""), (2, "Shop"))
    ]
    brought = bring_in(*rows, usual={"source": "Fair", "text": TEXT})
    assert (brought.result.added, brought.refused) == (2, [])
    with sessions() as session:
        kept = session.scalars(select(Consent).order_by(Consent.contact_id)).all()
        assert [(one.source, one.wording) for one in kept] == [("Fair", TEXT), ("Shop", TEXT)]
        assert kept[0].at == datetime(2024, 2, 3, 13, 5, tzinfo=UTC)
    with pytest.raises(Refused, match=r"consent_row\.no_text"):
        bring_in(*rows, usual={"source": "Fair", "text": " "})


def test_a_consent_that_was_withdrawn_later_does_not_come_back(
    sessions: Sessions, people: list[int], bring_in: BringIn
) -> None:
    with sessions.begin() as session:
        identity = session.scalars(select(Identity).where(Identity.contact_id == people[0])).one()
        whose = Whose(people[0], identity.id, "email", "marketing")
        consent.record(session, whose, Wording("link"), given=False, at=datetime(2025, 1, 1, tzinfo=UTC), now=NOON)
    assert bring_in(GOOD).refused == [(2, "consent_row.withdrawn")]
    assert agreed(sessions) == []
    assert bring_in(GOOD | {"date": "2025-06-01"}).result.added == 1, "given anew after that"
    assert agreed(sessions) == [people[0]]


def test_an_address_that_two_people_share_is_nobodys_consent(
    sessions: Sessions, people: list[int], bring_in: BringIn
) -> None:
    with sessions.begin() as session:
        shared = address_key(KEY, "email", "person1@example.org")
        session.add(Identity(contact_id=people[1], channel="x", address="x", address_key=b"x"))
        second = session.scalars(select(Identity).where(Identity.contact_id == people[1])).first()
        assert second is not None
        second.address_key = shared
    assert bring_in(GOOD).refused == [(2, "consent_row.several")]


def test_the_command_tries_first_and_writes_down_what_it_refuses(
    settings: Settings, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SENDBOTE_DATA", str(settings.data))
    monkeypatch.setenv("SENDBOTE_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("SENDBOTE_REDIS_URL", str(settings.redis_url))
    path, refused = tmp_path / "given.csv", tmp_path / "refused.csv"
    path.write_text("Text,Source,Date,Address\nYes,Card,2024-01-01,ada@example.org\n=x,,2024-01-01,b@example.org\n")
    result = CliRunner().invoke(command.app, ["import", str(path), "--refused", str(refused), "--json"])
    told = json.loads(result.stdout)
    assert (told["applied"], told["new"], told["refused"]) == (False, 0, 2)
    written = refused.read_text(encoding="utf-8-sig").splitlines()
    assert "Nobody has this address" in written[1]
    assert "'=x" in written[2]
    path.write_text("Address,Date\nada@example.org,2024-01-01\n")
    with pytest.raises(Refused, match=r"consent_row\.no_source"):
        CliRunner().invoke(command.app, ["import", str(path)], catch_exceptions=False)
