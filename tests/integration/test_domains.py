"""What the check of a sender's domain says, asked of a DNS server of the tests' own."""

import contextlib
import json
import socket
import socketserver
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select
from typer.testing import CliRunner

from bot import previews
from channels.email.dkim import record
from channels.email.domains import dmarc, names, spf
from channels.email.domains.checking import Key, Surroundings, check, is_ready
from channels.email.domains.exchangers import offers_starttls
from channels.email.domains.names import Resolver
from channels.email.domains.opening import DomainCheck
from cli import campaigns, senders
from config import Settings
from config.keys import Keys
from core.database import Sessions
from core.errors import Invalid
from core.messages import Finding
from core.queries import domains as queries
from core.rules.addresses import mail_domain
from core.rules.outside import Outside
from core.services import domains
from core.services.senders import create as new_sender
from core.services.senders import usable_address
from core.tables.campaigns import SenderRow
from core.tables.dkim import DkimKey
from core.vocabulary import DkimState, Light
from tests.integration.bot_factory import make_draft
from tests.integration.dns_server import Zone, dns_server
from texts.domains import finding as finding_words
from workers.domains import Domains
from workers.installation import Installation

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
RELAY = "5.9.10.20"
VALUES = {
    "domain": "shop.example",
    "selector": "r1",
    "algorithm": "rsa-sha256",
    "public": "QUJD" * 97,
    "signs_since": NOW,
    "sealed": b"",
}
SIGNING = DkimKey(**VALUES)


@pytest.fixture
def zone() -> Iterator[Zone]:
    with dns_server() as zone:
        yield zone


@pytest.fixture
def well(zone: Zone) -> Zone:
    """A domain with which nothing is wrong."""
    zone.text("shop.example", "v=spf1 include:_spf.relay.example ip4:192.0.2.0/24 ~all")
    zone.text("shop.example", "google-site-verification=abc")
    zone.text("_spf.relay.example", "v=spf1 a:out.relay.example/30 -all")
    zone.put("out.relay.example", "A", "5.9.10.22")
    zone.put("smtp.relay.example", "A", RELAY)
    zone.text("r1._domainkey.shop.example", record.value(SIGNING.algorithm, SIGNING.public))
    zone.text("_dmarc.shop.example", "v=DMARC1; p=quarantine; rua=mailto:reports@shop.example; adkim=s")
    zone.put("shop.example", "MX", "20 second.shop.example.", "10 mx.shop.example.")
    zone.put("mx.shop.example", "A", "5.9.10.30")
    zone.put("20.10.9.5.in-addr.arpa", "PTR", "smtp.relay.example.")
    return zone


def around(zone: Zone, **more: Any) -> Surroundings:
    basis = Surroundings(Resolver(zone.address), ["smtp.relay.example"], greet=lambda _host: True)
    return replace(basis, **more)


def codes(zone: Zone, keys: Sequence[Key] = (SIGNING,), **more: Any) -> dict[str, Light]:
    return {one.code: one.light for one in check("shop.example", keys, around(zone, **more))}


def finding(zone: Zone, code: str, keys: Sequence[Key] = (SIGNING,), **more: Any) -> Finding:
    found = check("shop.example", keys, around(zone, **more))
    return next(one for one in found if one.code == code)


def test_a_domain_that_is_well_is_ready(well: Zone) -> None:
    found = check("shop.example", [SIGNING], around(well))
    assert {one.code for one in found if one.light != Light.GOOD} == set()
    assert {one.check for one in found} == {"spf", "dkim", "dmarc", "alignment", "mx", "tls", "reverse"}
    assert is_ready(found)
    assert finding(well, "spf.covers").params["lookups"] == 2
    assert finding(well, "alignment.both").params == {"dkim": "s", "spf": "r"}
    assert finding(well, "mx.there").params["host"] == "mx.shop.example"


def test_a_domain_of_which_nothing_is_known_is_told_what_to_add(zone: Zone) -> None:
    zone.put("smtp.relay.example", "A", RELAY)
    found = check("shop.example", [], around(zone))
    records = {one.check: one.record for one in found if one.record is not None}
    assert not is_ready(found)
    assert {one.code for one in found} == {
        "spf.missing",
        "domain.no_keys",
        "dmarc.missing",
        "mx.missing",
        "reverse.missing",
    }
    assert records["spf"].value == f"v=spf1 ip4:{RELAY} ~all"
    assert (records["dmarc"].name, records["dmarc"].value[:17]) == ("_dmarc.shop.example", "v=DMARC1; p=none;")


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (["v=spf1 mx ~all", "v=spf1 a ~all"], "spf.several"),
        (["v=spf1 ipv4:1.2.3.4 ~all"], "spf.broken"),
        (["v=spf1 include:nowhere.example ~all"], "spf.broken"),
        (["v=spf1 include:shop.example ~all"], "spf.broken"),
        (["v=spf1 mx +all"], "spf.allows_all"),
        (["v=spf1 mx all"], "spf.allows_all"),
        (["v=spf1 " + " ".join(f"a:h{n}.example" for n in range(11)) + " ~all"], "spf.too_many_lookups"),
        (["v=spf1 ip4:5.9.10.21 ~all"], "spf.not_covered"),
        (["v=spf1 a:x.example a:y.example a:z.example ip4:5.9.10.20 -all"], "spf.void_lookups"),
        ([f"v=spf1 ip4:{RELAY}/32 -all"], "spf.covers"),
        (["v=spf1 mx -all"], "spf.not_covered"),
        (["V=SPF1 redirect=_spf.relay.example"], "spf.covers"),
    ],
)
def test_an_spf_record_is_followed_to_its_end(well: Zone, texts: list[str], code: str) -> None:
    del well.table["shop.example", "TXT"]
    for text in texts:
        well.text("shop.example", text)
    assert code in codes(well)


def test_a_record_that_is_included_twice_is_no_loop(zone: Zone) -> None:
    zone.text("d.example", "v=spf1 include:a.example include:b.example -all")
    zone.text("a.example", "v=spf1 include:c.example -all")
    zone.text("b.example", "v=spf1 include:c.example -all")
    zone.text("c.example", "v=spf1 ip4:192.0.2.1 -all")
    walked = spf.walk(Resolver(zone.address), "d.example")
    assert (walked.lookups, walked.wrong) == (4, None)


def test_what_is_not_named_is_written_into_the_record_that_is_there(well: Zone) -> None:
    well.table["shop.example", "TXT"] = ['"v=spf1 mx -all"']
    wanted = finding(well, "spf.not_covered").record
    assert wanted is not None
    assert wanted.value == f"v=spf1 ip4:{RELAY} mx -all"


@pytest.mark.parametrize(
    ("record_", "address", "result"),
    [
        ("v=spf1 ip6:2001:db8::/32 -all", "2001:db8::1", "pass"),
        ("v=spf1 ip6:2001:db8::/32 -all", "192.0.2.1", "fail"),
        ("v=spf1 a/24//64 ?all", "192.0.2.200", "pass"),
        ("v=spf1 a//64 ?all", "2001:db8::77", "pass"),
        ("v=spf1 a//64 ?all", "192.0.2.200", "neutral"),
        ("v=spf1 mx ~all", "198.51.100.7", "pass"),
        ("v=spf1 exists:%{i}.list.example ~all", "192.0.2.1", "softfail"),
        ("v=spf1 include:hard.example ~all", "203.0.113.9", "softfail"),
        ("v=spf1 include:loop.example ~all", "203.0.113.9", "error"),
        ("v=spf1 ip4:999.1.1.1 ~all", "192.0.2.1", "error"),
        ("v=spf1", "192.0.2.1", "neutral"),
    ],
)
def test_an_address_is_judged_as_a_receiver_would(zone: Zone, record_: str, address: str, result: str) -> None:
    zone.text("d.example", record_)
    zone.put("d.example", "A", "192.0.2.1")
    zone.put("d.example", "AAAA", "2001:db8::5")
    zone.put("d.example", "MX", "5 m.example.")
    zone.put("m.example", "A", "198.51.100.7")
    zone.text("hard.example", "v=spf1 -all")
    zone.text("loop.example", "v=spf1 redirect=loop.example")
    assert spf.judge(Resolver(zone.address), "d.example", address) == result


def test_keys_are_compared_with_what_is_published(well: Zone) -> None:
    name = "r1._domainkey.shop.example"
    well.table[name, "TXT"] = ['"v=DKIM1; k=rsa; p=QUJE"']
    assert codes(well)["domain.key_differs"] == Light.BAD
    wanted = finding(well, "domain.key_differs").record
    assert wanted is not None
    assert (wanted.name, SIGNING.public in wanted.value) == (name, True)
    del well.table[name, "TXT"]
    assert codes(well)["domain.key_missing"] == Light.BAD
    waiting = DkimKey(domain="shop.example", selector="r1", algorithm="rsa-sha256", public="QUJD", sealed=b"")
    assert waiting.state == DkimState.WAITING
    assert codes(well, [waiting])["domain.key_missing"] == Light.WARNING


def test_without_anybody_to_vouch_a_strict_policy_refuses_all(well: Zone) -> None:
    well.table["shop.example", "TXT"] = ['"v=spf1 ip4:192.0.2.1 -all"']
    assert codes(well, [])["alignment.refused"] == Light.BAD
    well.table["_dmarc.shop.example", "TXT"] = ['"v=DMARC1; p=none"']
    found = codes(well, [])
    assert found["alignment.neither"] == Light.WARNING
    assert found["dmarc.no_reports"] == Light.WARNING
    assert found["dmarc.watches"] == Light.GOOD


@pytest.mark.parametrize(
    ("envelope", "strict", "named", "said", "alignment"),
    [
        ("returns.shop.example", False, True, "spf.envelope_aligned", "alignment.by_spf"),
        ("returns.shop.example", False, False, "spf.envelope_aligned", "alignment.refused"),
        ("returns.shop.example", True, True, "spf.envelope_foreign", "alignment.refused"),
        ("bounces.example", False, True, "spf.envelope_foreign", "alignment.refused"),
    ],
)
def test_receivers_ask_about_spf_where_letters_come_back_to(
    well: Zone, *, envelope: str, strict: bool, named: bool, said: str, alignment: str
) -> None:
    well.text(envelope, f"v=spf1 ip4:{RELAY if named else '192.0.2.1'} -all")
    if strict:
        well.table["_dmarc.shop.example", "TXT"] = ['"v=DMARC1; p=quarantine; aspf=s"']
    found = check("shop.example", [], around(well, envelope=envelope))
    assert {said, alignment} <= {one.code for one in found}
    of_envelope = {one.code for one in found if one.params.get("domain") == envelope}
    assert of_envelope == {"spf.covers" if named else "spf.not_covered"}
    words = [finding_words(one.code, one.params) for one in found if one.code == said]
    assert len(words) == 1
    assert f"Letters come back to {envelope}" in words[0]


def test_the_envelope_is_the_returns_address_that_is_aligned(well: Zone, settings: Settings) -> None:
    given = replace(settings, dns=well.address, returns_addresses=("r@other.example", "r@mail.shop.example"))
    found, _ready = DomainCheck(given)("shop.example", [SIGNING])
    assert {one.params["envelope"] for one in found if "envelope" in one.params} == {"mail.shop.example"}
    found, _ready = DomainCheck(replace(given, returns_addresses=()))("shop.example", [SIGNING])
    assert not any("envelope" in one.params for one in found)


def test_every_preview_warns_of_a_domain_that_is_not_ready(
    sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENDBOTE_DATA", str(settings.data))
    monkeypatch.setenv("SENDBOTE_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("SENDBOTE_SMTP_URL", "smtp://smtp.relay.example:25")
    with sessions.begin() as session:
        draft = make_draft(session, recipients=2)
        assert draft.sender_id is not None
        domain = mail_domain(session.get_one(SenderRow, draft.sender_id).address)

    def bot(*, real: bool) -> str:
        with sessions() as session:
            look = previews.read(session, draft.id, NOW, Outside("https://s.example", real_relay=real))
            return previews.drawn(look, role="launcher").text

    def command() -> list[str]:
        run = CliRunner().invoke(campaigns.app, ["preview", str(draft.id), "--json"])
        assert run.exit_code == 0, run.exception
        told: list[str] = json.loads(run.stdout)["worries"]
        return told

    assert command() == [f"Whether letters from {domain} will arrive has not been checked."]
    wrong = Finding("spf", Light.BAD, "spf.missing", {"domain": domain})
    with sessions.begin() as session:
        queries.put(session, domain, [wrong], ready=False, now=NOW)
    head, what = command()
    assert what.startswith(f"{domain} has no SPF record.")
    assert head in bot(real=True)
    assert what in bot(real=True)
    assert head not in bot(real=False), "nobody minds in the sandbox"
    with sessions.begin() as session:
        queries.put(session, domain, [], ready=True, now=NOW)
    assert command() == []
    assert head not in bot(real=True)


def test_a_policy_is_found_above_the_domain(zone: Zone) -> None:
    resolver = Resolver(zone.address)
    zone.text("_dmarc.shop.example", "v=DMARC1;p=reject;sp=quarantine;aspf=s")
    found = dmarc.policy(resolver, "news.mail.shop.example")
    assert found is not None
    assert (found.found_at, found.organisation, found.asks, found.strict_spf) == (
        "shop.example",
        "shop.example",
        "quarantine",
        True,
    )
    assert dmarc.is_aligned("mail.shop.example", "news.shop.example", "shop.example", strict=False)
    assert not dmarc.is_aligned("mail.shop.example", "news.shop.example", "shop.example", strict=True)
    assert not dmarc.is_aligned("badshop.example", "shop.example", "shop.example", strict=False)
    assert dmarc.policy(resolver, "other.example") is None


@pytest.mark.parametrize(
    ("records", "code"),
    [
        (["v=DMARC1; p=maybe"], "dmarc.broken"),
        (["v=DMARC1"], "dmarc.broken"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "dmarc.several"),
    ],
)
def test_a_policy_that_receivers_do_not_heed_is_told(well: Zone, records: list[str], code: str) -> None:
    well.table["_dmarc.shop.example", "TXT"] = [f'"{one}"' for one in records]
    assert codes(well)[code] == Light.BAD


def test_where_answers_go_is_looked_at(well: Zone) -> None:
    well.put("shop.example", "MX", "0 .")
    assert codes(well)["mx.takes_none"] == Light.BAD
    del well.table["shop.example", "MX"]
    assert codes(well)["mx.missing"] == Light.BAD
    well.put("shop.example", "A", "5.9.10.30")
    assert codes(well)["mx.address_alone"] == Light.WARNING


def test_a_relay_whose_name_leads_elsewhere_is_told(well: Zone) -> None:
    well.put("20.10.9.5.in-addr.arpa", "PTR", "other.example.")
    assert codes(well)["reverse.one_way"] == Light.WARNING
    assert "spf.relay_unknown" in codes(well, relays=["127.0.0.1"])


def test_no_answer_is_unknown_and_no_fault(well: Zone) -> None:
    well.silent.update({"shop.example", "_dmarc.shop.example"})
    found = check("shop.example", [SIGNING], around(well))
    assert {one.check for one in found if one.light == Light.UNKNOWN} >= {"spf", "dmarc", "mx"}
    assert is_ready(found)


def test_a_resolver_that_is_away_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "SECONDS", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        resolver = Resolver(f"127.0.0.1:{deaf.getsockname()[1]}")
        found = check("shop.example", [SIGNING], Surroundings(resolver, ["smtp.relay.example"]))
        deaf.setblocking(False)
        asked = [deaf.recv(512)]
        with contextlib.suppress(BlockingIOError):
            while True:
                asked.append(deaf.recv(512))
    assert {one.light for one in found} == {Light.UNKNOWN}
    assert len({one[12:] for one in asked}) == 1


def test_internal_servers_are_called_only_where_that_is_allowed(well: Zone) -> None:
    well.put("mx.shop.example", "A", "127.0.0.1")
    assert "tls.internal" in codes(well)
    assert codes(well, internal=frozenset({"mx.shop.example"}))["tls.offered"] == Light.GOOD
    allowed = frozenset({"mx.shop.example"})
    assert codes(well, internal=allowed, greet=lambda _host: False)["tls.missing"] == Light.WARNING
    assert codes(well, internal=allowed, greet=lambda _host: None)["tls.not_reached"] == Light.UNKNOWN


class Greeting(socketserver.StreamRequestHandler):
    answer = b"250-mx.test\r\n250 STARTTLS\r\n"

    def handle(self) -> None:
        self.wfile.write(b"220 mx.test ESMTP\r\n")
        for line in self.rfile:
            self.wfile.write(self.answer if line.upper().startswith(b"EHLO") else b"221 bye\r\n")


@pytest.mark.parametrize(("answer", "offers"), [(Greeting.answer, True), (b"250 mx.test\r\n", False)])
def test_a_server_is_greeted_and_says_whether_it_encrypts(answer: bytes, offers: bool) -> None:
    handler = type("Handler", (Greeting,), {"answer": answer})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        assert offers_starttls("127.0.0.1", server.server_address[1]) is offers
        server.shutdown()


def test_a_server_that_is_away_tells_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert offers_starttls("127.0.0.1", port) is None


def test_what_was_found_is_kept_and_asked_again_after_a_day(well: Zone, sessions: Sessions, settings: Settings) -> None:
    with sessions.begin() as session:
        new_sender(session, name="Shop", address="news@shop.example", by="test")
        assert queries.to_check(session, NOW) == ["shop.example"]
    checker = DomainCheck(replace(settings, dns=well.address))
    domains.check(sessions, "shop.example", checker, by="test", now=NOW)
    with sessions() as session:
        row = queries.last(session, "shop.example")
        assert row is not None
        assert {one.code for one in queries.findings(row)} >= {"spf.relay_unknown", "dmarc.protects"}
        assert queries.to_check(session, NOW) == []
        assert queries.to_check(session, NOW.replace(day=27)) == ["shop.example"]


def test_the_command_says_it_in_words(
    well: Zone, sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENDBOTE_DATA", str(settings.data))
    monkeypatch.setenv("SENDBOTE_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("SENDBOTE_DNS", well.address)
    del well.table["_dmarc.shop.example", "TXT"]
    run = CliRunner().invoke(senders.app, ["check", "shop.example"])
    assert run.exit_code == 0, run.exception
    assert "_dmarc.shop.example. TXT v=DMARC1; p=none" in run.stdout
    told = json.loads(CliRunner().invoke(senders.app, ["check", "shop.example", "--json"]).stdout)
    assert {one["check"]: one["light"] for one in told["shop.example"]}["dmarc"] == "bad"
    with sessions.begin() as session:
        new_sender(session, name="The Shop", address="news@shop.example", by="test")
    by_name = CliRunner().invoke(senders.app, ["check", "The Shop"])
    assert by_name.stdout == run.stdout, "a sender's name leads to its domain"


def test_the_scheduler_looks_once_a_day_and_a_published_key_begins_to_sign(
    well: Zone, sessions: Sessions, settings: Settings, engine: Engine
) -> None:
    keys = Keys(addresses=b"a" * 32, signing=b"s" * 32)
    outside = replace(settings, dns=well.address, smtp_url="smtp://smtp.relay.example")
    installation = Installation(outside, keys, engine, sessions, "", "")
    with sessions.begin() as session:
        new_sender(session, name="Shop", address="news@shop.example", by="test")
        session.add(DkimKey(**{**VALUES, "signs_since": None}, created_by="test"))
    beside = Domains()
    for _ in range(2):
        beside.step(installation)
        beside.wait()
    with sessions() as session:
        row = queries.last(session, "shop.example")
        assert row is not None
        assert "domain.key_published" in {one.code for one in queries.findings(row)}
        assert session.scalars(select(DkimKey)).one().state == DkimState.SIGNING
    assert well.asked.count(("_dmarc.shop.example", "TXT")) == 1
    Domains(lambda _settings: pytest.fail("asked")).step(replace(installation, settings=settings))


@pytest.mark.parametrize("address", ["shop@gmail.com", "shop@GMX.de", "a@Web.DE"])
def test_letters_from_a_freemail_address_are_refused(address: str) -> None:
    with pytest.raises(Invalid) as problem:
        usable_address("email", address)
    assert problem.value.code == "sender.freemail"
