"""Keys that sign letters: made, published, replaced and retired by the command."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from channels.email.opening import signer
from cli import dkim
from config import Settings
from config.keys import load_keys
from core.database import Sessions
from core.errors import ChannelHalted, NotFound, Refused, Unavailable
from core.queries import templates
from core.tables.campaigns import Origin
from core.tables.dkim import DkimKey
from core.vocabulary import OriginKind, Purpose
from tests.integration.campaign_factory import make_content, make_sender
from tests.integration.dns_server import Zone, dns_server


@pytest.fixture
def zone(settings: Settings, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> Any:
    with dns_server() as zone:
        monkeypatch.setenv("SENDBOTE_DATA", str(settings.data))
        monkeypatch.setenv("SENDBOTE_DATABASE_URL", str(settings.database_url))
        monkeypatch.setenv("SENDBOTE_REDIS_URL", str(settings.redis_url))
        monkeypatch.setenv("SENDBOTE_DNS", zone.address)
        yield zone


def run(*arguments: str) -> str:
    result = CliRunner().invoke(dkim.app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def asked(*arguments: str) -> list[dict[str, Any]]:
    return list(json.loads(run(*arguments, "--json")))


def publish(zone: Zone, keys: list[dict[str, Any]]) -> None:
    for key in keys:
        zone.text(key["record"], key["value"])


def signing(sessions: Sessions) -> set[str]:
    """With which selectors a letter of the sender leaves now."""
    with sessions.begin() as session:
        origin = Origin(
            kind=OriginKind.TEST, channel="email", purpose=Purpose.TEST, sender_id=make_sender(session), open=False
        )
        session.add(origin)
        session.flush()
        return {key.selector for key in templates.content(session, make_content(session), origin.id).sender.keys}


def test_a_key_signs_once_its_record_is_published(zone: Zone, sessions: Sessions) -> None:
    made = asked("make", "SHOP.example")
    assert [(key["algorithm"], key["state"]) for key in made] == [
        ("rsa-sha256", "waiting"),
        ("ed25519-sha256", "waiting"),
    ]
    assert asked("check") == made
    assert signing(sessions) == set()

    publish(zone, made[:1])
    assert [key["state"] for key in asked("check", "shop.example")] == ["signing", "waiting"]
    assert signing(sessions) == {made[0]["selector"]}
    publish(zone, made[1:])
    asked("check")
    assert signing(sessions) == {key["selector"] for key in made}


def test_when_keys_change_the_old_one_signs_until_the_new_record_is_there(zone: Zone, sessions: Sessions) -> None:
    [old] = asked("make", "shop.example", "--kind", "rsa")
    publish(zone, [old])
    asked("check")
    [new] = asked("rotate", "shop.example")
    assert new["selector"] != old["selector"]
    asked("check")
    assert signing(sessions) == {old["selector"]}

    publish(zone, [new])
    asked("check")
    assert signing(sessions) == {new["selector"]}
    assert [key["state"] for key in asked("show", "shop.example")] == ["retired", "signing"]
    with pytest.raises(Refused):
        run("use", "shop.example", old["selector"])
    run("retire", "shop.example", new["selector"])
    assert signing(sessions) == set()
    with pytest.raises(NotFound):
        run("retire", "other.example", new["selector"])


def test_a_domain_of_other_letters_has_one_form(zone: Zone) -> None:
    made = asked("make", "Müller.example", "--kind", "ed25519")
    assert made[0]["domain"] == "xn--mller-kva.example"
    assert f"{made[0]['record']}. TXT" in run("show", "müller.example")


def test_a_dns_that_does_not_answer_changes_nothing(zone: Zone, sessions: Sessions) -> None:
    [made] = asked("make", "shop.example", "--kind", "rsa")
    zone.silent.add(made["record"])
    with pytest.raises(Unavailable) as problem:
        asked("check")
    assert problem.value.code == "dns.no_answer"
    assert signing(sessions) == set()


def test_the_private_half_stands_nowhere_in_the_clear(zone: Zone, sessions: Sessions, settings: Settings) -> None:
    [made] = asked("make", "shop.example", "--kind", "ed25519")
    run("use", "shop.example", made["selector"])
    with sessions() as session:
        key = session.scalars(select(DkimKey)).one()
        content = templates.content
    assert b"0.\x02\x01\x00" not in key.sealed
    assert "sealed" not in made
    keys = load_keys(settings.data)
    with sessions.begin() as session:
        origin = Origin(kind=OriginKind.TEST, channel="email", purpose=Purpose.TEST, sender_id=make_sender(session))
        session.add(origin)
        session.flush()
        sender = content(session, make_content(session), origin.id).sender
    assert signer(sender, keys.sealing) is not None
    with pytest.raises(ChannelHalted):
        signer(sender, b"another key of thirty-two bytes!")


def test_a_sender_has_no_use_for_anothers_keys(zone: Zone, sessions: Sessions) -> None:
    [made] = asked("make", "other.example", "--kind", "rsa")
    run("use", "other.example", made["selector"])
    assert signing(sessions) == set()
