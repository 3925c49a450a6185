"""The command: every subcommand does what the panel's pages do, and answers in words or JSON."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from cli import campaigns, check, imports, limit, operators, segments, senders, series, status, templates
from cli.main import SUBCOMMANDS
from config import Settings
from core.database import Sessions
from core.errors import Invalid, NotFound, Refused
from core.tables.campaigns import Campaign
from core.tables.contents import ContentRow, Link
from core.tables.deliveries import Delivery
from core.tables.templates import Template
from tests.integration.campaign_factory import make_campaign

PEOPLE = "Kundennr;Vorname;E-Mail;Stadt\n1;Ada;ada@example.org;Berlin\n2;Bob;keine;Köln\n3;Cem;cem@example.org;Wien\n"


@pytest.fixture(autouse=True)
def here(settings: Settings, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands find the test's servers as they find those of an installation."""
    monkeypatch.setenv("SENDBOTE_DATA", str(settings.data))
    monkeypatch.setenv("SENDBOTE_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("SENDBOTE_REDIS_URL", str(settings.redis_url))


def run(command: Any, *arguments: object) -> str:
    result = CliRunner().invoke(command.app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def asked(command: Any, *arguments: object) -> Any:
    return json.loads(run(command, *arguments, "--json"))


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    return path


@pytest.fixture
def drafted(people: Path, tmp_path: Path) -> int:
    run(imports, people, "--yes")
    everyone = asked(segments, "create", "Everyone", "--expression", '{"all": []}')
    letter = tmp_path / "spring.html"
    letter.write_text("<p>Hello {{ first_name }}, <a href='https://shop.example/'>look</a></p>", encoding="utf-8")
    made = asked(templates, "create", letter, "--subject", "Spring")
    sender = asked(senders, "create", "Shop", "news@shop.example")
    options = ("--template", made["id"], "--sender", sender["id"], "--include", everyone["id"])
    return int(asked(campaigns, "create", "Spring", *options)["id"])


def test_every_subcommand_of_the_table_exists() -> None:
    result = CliRunner().invoke(__import__("cli.main", fromlist=["app"]).app, ["--help"])
    assert result.exit_code == 0
    for name, (module, _words) in SUBCOMMANDS.items():
        assert name in result.stdout
        assert __import__(module, fromlist=["app"]).app


def test_a_file_is_tried_and_nothing_changes_without_a_yes(people: Path, tmp_path: Path) -> None:
    refused = tmp_path / "refused.csv"
    tried = asked(imports, people, "--refused", refused)
    assert (tried["applied"], tried["new"], tried["refused"]) == (False, 2, 1)
    assert "keine" in refused.read_text(encoding="utf-8-sig").splitlines()[1]
    again = asked(imports, people, "--yes")
    assert (again["applied"], again["new"]) == (True, 2)
    assert asked(imports, people, "--yes")["unchanged"] == 2


def test_a_column_that_is_not_there_is_named(people: Path) -> None:
    with pytest.raises(Invalid) as problem:
        run(imports, people, "--column", "Mail=email")
    assert problem.value.params["name"] == "Mail"


def test_a_letter_that_cannot_work_is_refused_with_its_place(tmp_path: Path) -> None:
    letter = tmp_path / "broken.txt"
    letter.write_text("Hello\n{{ unknown_thing }}", encoding="utf-8")
    with pytest.raises(Invalid) as problem:
        run(templates, "create", letter, "--subject", "x")
    assert problem.value.params["line"] == 2


def test_a_campaign_is_previewed_and_launched_only_as_confirmed(drafted: int, sessions: Sessions) -> None:
    looked = asked(campaigns, "preview", drafted)
    assert (looked["chosen"], looked["reachable"]) == (2, 2)
    with pytest.raises(Refused):
        run(campaigns, "launch", drafted, "--confirmation", "0" * 20 + "-2")
    launched = asked(campaigns, "launch", drafted, "--confirmation", looked["confirmation"])
    assert launched["state"] == "sending"
    with pytest.raises(Refused):
        run(campaigns, "launch", drafted, "--confirmation", looked["confirmation"])


def test_parameters_are_frozen_into_the_links_of_that_campaign_alone(drafted: int, sessions: Sessions) -> None:
    given = ("--source", "sendbote", "--campaign", "Spring", "--domain", "shop.example")
    assert "marked" in run(campaigns, "utm", drafted, *given)
    run(campaigns, "launch", drafted, "--yes")
    with sessions() as session:
        campaign = session.get_one(Campaign, drafted)
        template = session.get_one(Template, campaign.template_id)
        links = {
            content_id: session.scalars(select(Link).where(Link.content_id == content_id)).all()
            for content_id in (campaign.content_id, template.content_id)
        }
        content = session.get_one(ContentRow, campaign.content_id)
    [own], [as_written] = links[campaign.content_id], links[template.content_id]
    assert own.url == "https://shop.example/?utm_source=sendbote&utm_campaign=Spring"
    assert as_written.url == "https://shop.example/"
    assert f"click_{own.id} " in (content.html or "")
    assert f"click_{as_written.id} " not in (content.html or "")
    with pytest.raises(Refused):
        run(campaigns, "utm", drafted, *given)


def test_a_launch_that_nobody_confirms_sends_nothing(drafted: int) -> None:
    result = CliRunner().invoke(campaigns.app, ["launch", str(drafted)])
    assert result.exit_code == 1
    assert asked(status, drafted)["state"] == "draft"


def test_pause_resume_and_cancel_by_name(drafted: int) -> None:
    run(campaigns, "launch", "Spring", "--yes")
    assert asked(campaigns, "pause", "Spring")["state"] == "paused"
    assert asked(campaigns, "resume", "Spring")["state"] == "sending"
    assert asked(campaigns, "cancel", drafted)["state"] == "cancelled"


def test_an_unknown_campaign_is_named() -> None:
    with pytest.raises(NotFound) as problem:
        run(status, "Winter")
    assert problem.value.params["name"] == "Winter"


def test_check_proves_the_ledger_and_finds_what_contradicts(sessions: Sessions) -> None:
    with sessions.begin() as session:
        make_campaign(session, recipients=3)
    assert asked(check)["holds"] is True
    with sessions.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        campaign.state, campaign.finished_at = "sent", campaign.launched_at
        session.scalars(select(Delivery).limit(1)).one().state = "failed"
    result = CliRunner().invoke(check.app, ["--json"])
    assert result.exit_code == 1
    codes = {one["code"] for one in json.loads(result.stdout)["offences"]}
    assert codes == {"unsettled_in_finished", "without_reason"}


def test_settings_and_operators(sessions: Sessions) -> None:
    run(limit, "set", 2500)
    assert asked(limit, "show")["limit"] == 2500
    told = run(limit, "thresholds", "hold_errors=3%", "up_factor=1,5")
    assert "errors from 76, complaints from 3" in told
    assert asked(limit, "thresholds")["up_factor"] == 1.5
    made = asked(operators, "create", "Ida", "--role", "administrator")
    assert len(asked(operators, "code", made["id"])["code"]) > 16
    assert [one["name"] for one in asked(operators, "list")] == ["Ida"]


def test_a_campaign_is_scheduled_as_confirmed_and_taken_back(drafted: int) -> None:
    looked = asked(campaigns, "preview", drafted)
    at = f"{datetime.now(UTC).year + 1}-07-01 09:00"
    planned = asked(campaigns, "schedule", drafted, at, "--confirmation", looked["confirmation"])
    assert (planned["state"], planned["at"][5:16]) == ("scheduled", "07-01 07:00")
    assert "draft" in run(campaigns, "unschedule", "Spring")
    assert "09:00" in run(campaigns, "schedule", drafted, at, "--yes")


def test_a_campaign_is_repeated_shown_paused_and_ended(drafted: int) -> None:
    made = asked(series, "create", drafted, "--at", "09:00", "--every", "week", "--on", "mon,thu", "--yes")
    assert (made["rhythm"], len(made["next"]), made["runs"]) == ("every Monday and Thursday at 09:00", 5, [])
    assert [one["name"] for one in asked(series, "list")] == ["Spring"]
    assert "paused" in run(series, "pause", "Spring")
    assert asked(series, "show", made["id"])["next"] == []
    run(series, "resume", "Spring")
    assert "ended" in run(series, "end", "Spring")
