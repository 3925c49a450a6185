"""A sender's own mail servers: its letters go by them alone, and what is wrong with them holds up nobody else."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

import channels.email.own
import config
from channels.email.own import admit, open_own
from channels.outside import outside
from config.keys import Keys
from core.database import Sessions
from core.errors import ChannelHalted, Invalid, Refused
from core.queries import due, gates, ledger, relays
from core.rules.outside import Outside
from core.services import linking, senders
from core.services import relays as services
from core.services.dispatcher import Drained
from core.services.relays import Wanted
from core.tables.audit import AuditEntry
from core.tables.campaigns import Campaign, Origin
from core.tables.deliveries import Delivery
from core.tables.gates import Gate
from core.tables.relays import RelayRow
from core.vocabulary import GateScope, Tls
from tests.integration.campaign_factory import make_campaign
from tests.integration.email_factory import QUICK
from tests.integration.scripted_smtp import Act, ScriptedSmtp, serving
from workers.drains import drain_channel
from workers.installation import Installation, now
from workers.lanes import Lane, Lanes

KEYS = Keys(addresses=b"a" * 32, signing=b"s" * 32)


@pytest.fixture
def relay_servers() -> Iterator[tuple[ScriptedSmtp, ScriptedSmtp]]:
    """The installation's, and one of a sender's own."""
    with ExitStack() as stack:
        usual, own = ScriptedSmtp(), ScriptedSmtp(users={"anna": "secret"})
        stack.enter_context(serving(usual))
        stack.enter_context(serving(own))
        yield usual, own


@pytest.fixture
def here(
    relay_servers: tuple[ScriptedSmtp, ScriptedSmtp], settings: config.Settings, sessions: Sessions, engine: Engine
) -> Installation:
    url = f"smtp://127.0.0.1:{relay_servers[0].port}?tls=none"
    own = replace(settings, smtp_url=url, allow_internal_hosts=frozenset({"127.0.0.1"}))
    return Installation(own, KEYS, engine, sessions, own.database_url or "", own.redis_url or "")


def two_campaigns(session: Session) -> tuple[int, int]:
    """Five letters from a sender without, and five from another that is to have a server of its own; its id."""
    make_campaign(session, recipients=5, name="Usual")
    other = senders.create(session, name="Bank", address="news@bank.example", by="t")
    campaign = make_campaign(session, recipients=5, name="Own")
    campaign.sender_id = other.id
    session.get_one(Origin, campaign.origin_id).sender_id = other.id
    return campaign.id, other.id


def own_server(session: Session, sender_id: int, port: int) -> RelayRow:
    wanted = Wanted("127.0.0.1", port, Tls.NONE)
    return services.add(session, sender_id, wanted, sealing=KEYS.sealing, by="t")


def states(sessions: Sessions, campaign_id: int) -> dict[str, int]:
    with sessions() as session:
        ours = select(Campaign.origin_id).where(Campaign.id == campaign_id).scalar_subquery()
        counted = select(Delivery.state, func.count()).where(Delivery.origin_id == ours).group_by(Delivery.state)
        return dict(session.execute(counted).all())


def test_a_senders_letters_go_by_its_own_server_and_all_others_by_the_usual_one(
    here: Installation, relay_servers: tuple[ScriptedSmtp, ScriptedSmtp]
) -> None:
    usual, own = relay_servers
    with here.sessions.begin() as session:
        _, sender_id = two_campaigns(session)
        own_server(session, sender_id, own.port)
        assert set(due.lanes(session, "email", now())) == {None, sender_id}
    drained = drain_channel(here, "email", seconds=20)
    assert drained is not None
    assert (drained.sent, drained.fault) == (10, None)
    assert {mail.sender for mail in usual.accepted} == {"news@shop.example"}
    assert {mail.sender for mail in own.accepted} == {"news@bank.example"}
    assert (len(usual.accepted), len(own.accepted)) == (5, 5)
    with here.sessions() as session:
        assert ledger.offences(session) == []


def test_a_server_that_is_away_holds_up_its_own_sender_alone(
    here: Installation, relay_servers: tuple[ScriptedSmtp, ScriptedSmtp]
) -> None:
    usual, own = relay_servers
    own.at("connect", "554 go away")
    with here.sessions.begin() as session:
        campaign_id, sender_id = two_campaigns(session)
        own_server(session, sender_id, own.port)
    drained = drain_channel(here, "email", seconds=20)
    assert drained is not None
    assert isinstance(drained.fault, ChannelHalted)
    assert (len(usual.accepted), states(here.sessions, campaign_id)) == (5, {"pending": 5})
    with here.sessions() as session:
        gate = session.scalars(select(Gate)).one()
        assert (gate.scope, gate.key, gate.reason) == (GateScope.SENDER, str(sender_id), "channel_halted")
        assert gate.details["code"] == "smtp.service_refused"
        assert due.lanes(session, "email", now()) == []
        assert [one.id for one in gates.before(session, session.get_one(Campaign, campaign_id), now())] == [gate.id]


def test_what_is_wrong_with_the_usual_server_does_not_hold_up_a_sender_with_its_own(
    here: Installation, relay_servers: tuple[ScriptedSmtp, ScriptedSmtp]
) -> None:
    usual, own = relay_servers
    usual.at("connect", "554 go away")
    with here.sessions.begin() as session:
        campaign_id, sender_id = two_campaigns(session)
        own_server(session, sender_id, own.port)
        gates.close(session, GateScope.CHANNEL, "email", reason="channel_halted", by="system")
        assert due.lanes(session, "email", now()) == [sender_id]
    drain_channel(here, "email", seconds=20)
    assert (usual.connections, states(here.sessions, campaign_id)) == (0, {"sent": 5})
    with here.sessions() as session:
        assert gates.before(session, session.get_one(Campaign, campaign_id), now()) == []


def test_a_server_that_hangs_does_not_keep_the_others_letters_from_leaving(
    here: Installation, relay_servers: tuple[ScriptedSmtp, ScriptedSmtp], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, own = relay_servers
    monkeypatch.setattr(channels.email.own, "PATIENCE", QUICK)
    own.at("ehlo", Act.HANG)
    with here.sessions.begin() as session:
        campaign_id, sender_id = two_campaigns(session)
        own_server(session, sender_id, own.port)
    drain_channel(here, "email", seconds=2)
    assert len(usual.accepted) == 5
    assert states(here.sessions, campaign_id) == {"pending": 5}


def test_who_has_taken_the_last_server_away_uses_the_usual_one_again(
    here: Installation, relay_servers: tuple[ScriptedSmtp, ScriptedSmtp]
) -> None:
    usual, own = relay_servers
    with here.sessions.begin() as session:
        _, sender_id = two_campaigns(session)
        row = own_server(session, sender_id, own.port)
        services.remove(session, row.id, sender_id=sender_id, by="t")
        noted = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"relay:{row.id}"))
        assert noted.all() == ["add", "remove"]
    drain_channel(here, "email", seconds=20)
    assert (len(usual.accepted), own.connections) == (10, 0)


async def test_a_password_is_sealed_and_opens_for_its_own_server_alone(here: Installation) -> None:
    with here.sessions.begin() as session:
        _, sender_id = two_campaigns(session)
        wanted = Wanted("127.0.0.1", 2525, Tls.REQUIRED, user="anna", password="secret")
        row = services.add(session, sender_id, wanted, sealing=KEYS.sealing, by="t")
        assert row.sealed is not None
        assert b"secret" not in row.sealed
        assert "secret" not in repr(wanted)
        (sealed,) = relays.sealed(session, sender_id)
        assert "secret" not in str(session.scalars(select(AuditEntry.details)).all())
    open_own([sealed], here.settings, KEYS)
    with pytest.raises(ChannelHalted, match=r"secret\.other_key"):
        open_own([replace(sealed, port=2526)], here.settings, KEYS)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Wanted("relay example", 587), "relay.bad_host"),
        (Wanted("relay.example\r\nRCPT", 587), "relay.bad_host"),
        (Wanted("relay.example", 0), "relay.bad_port"),
        (Wanted("relay.example", 587, "always"), "relay.bad_tls"),
        (Wanted("relay.example", 587, weight=-1), "relay.bad_weight"),
        (Wanted("relay.example", 587, user="anna"), "relay.half_a_login"),
        (Wanted("relay.example", 25, Tls.NONE, user="anna", password="x"), "relay.in_clear"),
    ],
)
def test_what_cannot_be_a_server_is_refused(sessions: Sessions, wanted: Wanted, code: str) -> None:
    with sessions.begin() as session:
        sender = senders.create(session, name="Shop", address="news@shop.example", by="t")
        with pytest.raises(Invalid, match=code.replace(".", r"\.")):
            services.add(session, sender.id, wanted, sealing=KEYS.sealing, by="t")


def test_only_senders_of_letters_have_servers_and_each_server_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        phone = senders.create(session, name="Shop", address="+4915110000001", channel="sms", by="t")
        sender = senders.create(session, name="Shop", address="news@shop.example", by="t")
        wanted = Wanted("relay.example", 587)
        with pytest.raises(Refused, match=r"relay\.not_email"):
            services.add(session, phone.id, wanted, sealing=KEYS.sealing, by="t")
        services.add(session, sender.id, wanted, sealing=KEYS.sealing, by="t")
        with pytest.raises(Refused, match=r"relay\.exists"):
            services.add(session, sender.id, replace(wanted, host="Relay.Example"), sealing=KEYS.sealing, by="t")


def test_a_host_behind_us_is_admitted_by_name_alone(settings: config.Settings) -> None:
    closed = replace(settings, allow_internal_hosts=frozenset(), sandbox=True, sandbox_smtp_port=2525)
    for host in ("127.0.0.1", "localhost", "10.1.2.3", "::1"):
        with pytest.raises(Invalid, match=r"relay\.internal"):
            admit(host, 25, closed)
    admit("127.0.0.1", 2525, closed)
    admit("10.1.2.3", 25, replace(closed, allow_internal_hosts=frozenset({"10.1.2.3"})))
    admit("192.0.2.1.invalid", 25, closed)


def test_a_real_server_of_its_own_asks_for_links_that_lead_somewhere(
    sessions: Sessions, settings: config.Settings
) -> None:
    world = outside(replace(settings, smtp_url=None, sandbox=True, sandbox_smtp_port=2525))
    with sessions.begin() as session:
        campaign_id, sender_id = two_campaigns(session)
        campaign = session.get_one(Campaign, campaign_id)
        own_server(session, sender_id, 2525)
        linking.check(session, campaign, world)
        own_server(session, sender_id, 2526)
        with pytest.raises(Refused, match=r"campaign\.dead_links"):
            linking.check(session, campaign, world)
        linking.check(session, campaign, Outside("https://public.example", real_relay=False))


async def test_a_way_that_gets_work_while_another_flies_begins_at_once() -> None:
    landed, begun = asyncio.Event(), list[Lane]()

    async def fly(lane: Lane, share: int) -> Drained:
        begun.append(lane)
        if lane is None:
            await landed.wait()
        else:
            landed.set()
        return Drained(sent=1)

    wanted: list[list[Lane]] = [[None], [None, 7], []]
    lanes = Lanes(fly, lambda: wanted.pop(0) if wanted else [])
    async with asyncio.timeout(20):
        done = await lanes.run()
    assert (begun, done.sent) == ([None, 7], 2)


def test_a_domain_is_checked_for_the_servers_that_carry_its_letters(sessions: Sessions) -> None:
    with sessions.begin() as session:
        one = senders.create(session, name="One", address="one@shop.example", by="t")
        services.add(session, one.id, Wanted("relay.shop.example", 587), sealing=KEYS.sealing, by="t")
        assert relays.hosts(session, "shop.example") == (["relay.shop.example"], False)
        senders.create(session, name="Two", address="two@shop.example", by="t")
        assert relays.hosts(session, "shop.example") == (["relay.shop.example"], True)
        assert relays.hosts(session, "other.example") == ([], True)
