"""How a letter arrived, read from received copies; our verifier and another library agree."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from channels.email.arrival import read
from channels.email.dkim.verifying import verify
from channels.email.domains.names import Resolver
from cli import arrival
from tests.integration.dns_server import Zone, dns_server
from tests.integration.test_dkim import AWKWARD, RECORDS, content, message, mime

ADDED = (
    b"Received: from out.relay.example (out.relay.example [5.9.10.22])\r\n"
    b"\tby mx.google.example with ESMTPS id x7 for <ada@example.test>;\r\n\tMon, 23 Nov 2026 11:00:07 +0100\r\n"
    b"Authentication-Results: mx.google.example;\r\n dkim=pass (good; really) header.d=shop.example header.s=r1;\r\n"
    b" spf=softfail (ip 5.9.10.22) smtp.mailfrom=news@shop.example; dmarc=pass header.from=shop.example\r\n"
    b"Received: from app.shop.example ([10.0.0.5]) by out.relay.example with ESMTP; "
    b"Mon, 23 Nov 2026 10:00:01 +0000\r\n"
)
FORGED = b"Authentication-Results: mx.other.example; spf=fail smtp.mailfrom=boss@shop.example\r\n"


@pytest.fixture(scope="module")
def zone() -> Iterator[Zone]:
    with dns_server() as zone:
        for name, value in RECORDS.items():
            zone.text(name, value.decode())
        zone.text("_dmarc.shop.example", "v=DMARC1; p=reject; adkim=s")
        yield zone


def letter(name: str = "Ada") -> bytes:
    part = content()
    return mime(part).render(message(42, part, name))


def verdicts(mail: bytes, zone: Zone) -> list[str]:
    return [one.code for one in verify(mail, Resolver(zone.address))]


@pytest.mark.parametrize("name", AWKWARD)
def test_our_signatures_hold_with_either_end_of_line(zone: Zone, name: str) -> None:
    assert verdicts(letter(name), zone) == ["holds", "holds"]
    assert verdicts(letter(name).replace(b"\r\n", b"\n"), zone) == ["holds", "holds"]


def test_what_was_changed_on_the_way_is_told(zone: Zone) -> None:
    mail = letter()
    assert verdicts(mail.replace(b"Gr=C3=BC=C3=9Fe", b"Hallo"), zone) == ["body_changed"] * 2
    assert verdicts(mail.replace(b"List-Unsubscribe: <https", b"List-Unsubscribe: <http"), zone) == [
        "headers_changed",
        "headers_changed",
    ]
    assert verdicts(b"From: Boss <boss@shop.example>\r\n" + mail, zone) == ["headers_changed"] * 2
    assert verdicts(mail.replace(b"s=r1", b"s=r2"), zone) == ["no_key", "holds"]
    assert verdicts(mail.replace(b" bh=", b" xx="), zone) == ["unreadable"] * 2


def test_an_arrival_is_told_from_the_receivers_own_header_alone(zone: Zone) -> None:
    found = read(ADDED + FORGED + letter(), Resolver(zone.address))
    assert [(one.method, one.result, one.about) for one in found.results] == [
        ("dkim", "pass", "shop.example"),
        ("spf", "softfail", "news@shop.example"),
        ("dmarc", "pass", "shop.example"),
    ]
    assert [(hop.place, hop.encrypted) for hop in found.hops] == [
        ("out.relay.example", False),
        ("mx.google.example", True),
    ]
    assert found.seconds == 6
    assert (found.from_domain, found.aligned) == ("shop.example", True)


def test_the_command_tells_it_in_words(zone: Zone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDBOTE_DNS", zone.address)
    file = tmp_path / "copy.eml"
    file.write_bytes((ADDED + letter()).replace(b"\r\n", b"\n"))
    told = CliRunner().invoke(arrival.app, [str(file)])
    assert told.exit_code == 0, told.exception
    for words in ("nobody has changed the letter", "DMARC is content", "doubts that the relay", "took 6 seconds"):
        assert words in told.stdout
    data = json.loads(CliRunner().invoke(arrival.app, [str(file), "--json"]).stdout)
    assert [one["code"] for one in data["signatures"]] == ["holds", "holds"]


@given(st.binary(max_size=400))
def test_nothing_that_comes_in_is_too_strange(zone: Zone, noise: bytes) -> None:
    read(b"DKIM-Signature: v=1; d=shop.example; s=r1; h=from; bh=" + noise, Resolver(zone.address))
    read(noise, Resolver(zone.address))
