"""Money: what a campaign will cost, and what happens when it runs out half-way."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import requests
from sqlalchemy import Engine, func, insert, select, update

import config
from channels.email.press import press
from channels.known import CHANNELS
from channels.links import Links
from channels.wording import Wordings
from config.keys import Keys
from core.database import Sessions
from core.errors import Invalid, Refused
from core.messages import Content, Message, Money, Sender
from core.queries import due, gates, prices, waits
from core.queries.statistics import figures
from core.rules.addresses import address_key
from core.rules.outside import Outside
from core.services import balances as accounts
from core.services import campaigns, outcomes, recipients, segments, senders, templates
from core.services import prices as pricing
from core.services import settings as settings_of
from core.tables.campaigns import Campaign
from core.tables.contacts import Contact, Identity
from core.tables.contents import ContentRow
from core.tables.conversations import Conversation
from core.tables.deliveries import Delivery
from core.tables.notices import Notice
from core.tables.templates import Template
from core.vocabulary import CampaignState, GateScope, Reason
from sandbox.app import Sandbox
from tests.integration.campaign_factory import NOON
from tests.integration.sandbox_factory import sandbox_in_thread
from tests.integration.twilio_factory import number_of
from workers import balances
from workers.drains import drain_channel
from workers.installation import Installation

pytestmark = pytest.mark.usefixtures("awake")

HERE = Outside(None, real_relay=False)
KEYS = Keys(addresses=b"a" * 32, signing=b"s" * 32)
PRICE = Decimal("0.0750")


def draft(sessions: Sessions, recipients: int, text: str = "Hi {{ first_name }}, spring has come.") -> int:
    """An SMS campaign to that many new contacts, and a price for Germany."""
    with sessions.begin() as session:
        rows = [{"first_name": f"Ada {number}"} for number in range(recipients)]
        ids = session.scalars(insert(Contact).returning(Contact.id, sort_by_parameter_order=True), rows).all()
        numbers = [number_of(number) for number in range(1, recipients + 1)]
        session.execute(
            insert(Identity),
            [
                {"contact_id": id_, "channel": "sms", "address": to, "address_key": address_key(b"a" * 32, "sms", to)}
                for id_, to in zip(ids, numbers, strict=True)
            ],
        )
        everybody = segments.create_dynamic(session, name="All", expression={"all": []}, by="test")
        letter = templates.create(session, press, name="Spring", kind="short", subject="", source=text, by="test")
        sender = senders.create(session, name="Shop", address="+4915110000001", channel="sms", by="test")
        pricing.put(session, channel="sms", prefix="+49", amount=str(PRICE), currency="USD", by="test")
        return campaigns.create(
            session,
            name="Spring",
            template_id=letter.id,
            sender_id=sender.id,
            include=[everybody.id],
            exclude=[],
            channel="sms",
            by="test",
        ).id


def launch(sessions: Sessions, campaign_id: int, *, part: bool = False) -> None:
    now = datetime.now(UTC)
    with sessions.begin() as session:
        bound = campaigns.preview(session, campaign_id, now, channels=CHANNELS).confirmation
        campaigns.launch(
            session, campaign_id, confirmation=bound, outside=HERE, channels=CHANNELS, by="t", now=now, part=part
        )


def test_the_preview_says_what_it_costs_and_what_the_longest_message_is(sessions: Sessions) -> None:
    campaign_id = draft(sessions, 20, "Hi {{ first_name }} – " + "a" * 60)
    with sessions.begin() as session:
        prices.keep(session, "sms", Money(Decimal(5), "USD"), datetime.now(UTC))
        session.get_one(Contact, 7).first_name = "Wolfeschlegelsteinhausenbergerdorff"
        cost = campaigns.preview(session, campaign_id, datetime.now(UTC), channels=CHANNELS).cost
    assert cost is not None
    assert cost.amount is not None
    assert cost.longest is not None
    assert (cost.longest.segments, cost.longest.dear) == (2, "–")
    assert cost.longest_cost == Money(PRICE * 2, "USD")
    assert cost.amount.amount == pytest.approx(Decimal("1.5") * Decimal(cost.parts), rel=Decimal("0.001"))
    assert cost.balance == Money(Decimal(5), "USD")
    assert cost.lacking is None


def test_a_link_is_counted_with_its_real_length(sessions: Sessions) -> None:
    text = "https://shop.example/a-page-with-a-long-name/which-nobody-types/ and https://shop.example/b"
    campaign_id, lengths = draft(sessions, 1, f"Hi {{{{ first_name }}}}: {text}"), {}
    for address in ("https://go.example", "https://newsletter.the-shop-around-the-corner.example"):
        with sessions.begin() as session:
            settings_of.name_address(session, address)
            cost = campaigns.preview(session, campaign_id, datetime.now(UTC), channels=CHANNELS).cost
            content = session.get_one(ContentRow, session.scalar(select(Template.content_id)))
        assert cost is not None
        assert cost.longest is not None
        named = Content(1, "", None, content.plain, Sender("", ""), 1, "marketing", "", "")
        sent = Wordings(Links(address, b"k" * 32)).of(Message(12_345, 1, "+49", named, {"first_name": "Ada 0"}, NOON))
        assert cost.longest.units == len(sent.text)
        lengths[address] = cost.longest.segments
    assert list(lengths.values()) == [1, 2]


def test_a_message_on_whatsapp_costs_as_one_whatever_its_length(sessions: Sessions) -> None:
    with sessions.begin() as session:
        contact = Contact(first_name="Ada")
        session.add(contact)
        session.flush()
        to = {"contact_id": contact.id, "channel": "whatsapp", "address": number_of(1), "address_key": b"w"}
        identity_id = session.scalar(insert(Identity).values(**to).returning(Identity.id))
        session.add(Conversation(identity_id=identity_id, last_inbound_at=datetime.now(UTC)))
        everybody = segments.create_dynamic(session, name="All", expression={"all": []}, by="t")
        letter = templates.create(session, press, name="Long", kind="short", subject="", source="é–" * 300, by="t")
        sender = senders.create(session, name="Shop", address="+4915110000001", channel="whatsapp", by="t")
        given = {"template_id": letter.id, "sender_id": sender.id, "include": [everybody.id], "exclude": []}
        campaign = campaigns.create(session, name="Chat", channel="whatsapp", by="t", **given)  # type: ignore[arg-type]
        assert campaigns.preview(session, campaign.id, datetime.now(UTC), channels=CHANNELS).cost is None
        pricing.put(session, channel="whatsapp", prefix="+49", amount="0.11", currency="USD", by="t")
        cost = campaigns.preview(session, campaign.id, datetime.now(UTC), channels=CHANNELS).cost
    assert cost is not None
    assert (cost.amount, cost.longest) == (Money(Decimal("0.1100"), "USD"), None)


def test_only_numbers_of_the_countries_that_the_account_allows_are_written_to(sessions: Sessions) -> None:
    campaign_id = draft(sessions, 3)
    with sessions.begin() as session:
        session.execute(update(Identity).where(Identity.contact_id == 2).values(address="+390612345678"))
        settings_of.set_allowed_numbers(session, "sms", ["+49", "+43"], by="t")
        looked = campaigns.preview(session, campaign_id, datetime.now(UTC), channels=CHANNELS)
        assert (looked.reachable, looked.reasons) == (2, {Reason.COUNTRY_NOT_ENABLED: 1})
        settings_of.set_allowed_numbers(session, "sms", [], by="t")
        assert campaigns.preview(session, campaign_id, datetime.now(UTC), channels=CHANNELS).reachable == 3
        with pytest.raises(Invalid):
            settings_of.set_allowed_numbers(session, "sms", ["Germany"], by="t")


def test_too_little_money_refuses_the_launch_with_the_figures(sessions: Sessions) -> None:
    campaign_id = draft(sessions, 100)
    with sessions.begin() as session:
        prices.keep(session, "sms", Money(Decimal(3), "USD"), datetime.now(UTC))
    with pytest.raises(Refused) as refused:
        launch(sessions, campaign_id)
    assert refused.value.code == "campaign.balance_too_low"
    assert (refused.value.params["cost"], refused.value.params["balance"]) == ("7.50 USD", "3.00 USD")
    launch(sessions, campaign_id, part=True)


def test_an_unknown_balance_is_unknown_and_not_zero(sessions: Sessions) -> None:
    campaign_id = draft(sessions, 10)
    with sessions.begin() as session:
        prices.keep(session, "sms", None, datetime.now(UTC))
        stale = datetime.now(UTC) - timedelta(hours=1)
        prices.keep(session, "whatsapp", Money(Decimal(0), "USD"), stale)
        assert prices.balance(session, "whatsapp", datetime.now(UTC)) is None
    launch(sessions, campaign_id)


def test_operators_are_told_once_before_the_money_is_out(sessions: Sessions) -> None:
    draft(sessions, 1)
    now = datetime.now(UTC)
    for held in (100, 37, 20, 100, 30):
        with sessions.begin() as session:
            accounts.keep(session, "sms", Money(Decimal(held), "USD"), now)
    with sessions.begin() as session:
        accounts.keep(session, "sms", None, now)
        told = session.scalars(select(Notice).order_by(Notice.id)).all()
        assert [(one.code, one.params["balance"]) for one in told] == [
            ("balance_low", "37.00 USD"),
            ("balance_low", "30.00 USD"),
        ]


def test_a_campaign_that_runs_out_of_money_waits_and_goes_on_after_a_top_up(
    sessions: Sessions,
    engine: Engine,
    settings: config.Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(balances, "WAIT", timedelta(seconds=0.5))
    monkeypatch.setattr(outcomes, "UNSENT_WAIT_SECONDS", 0.1)
    with sandbox_in_thread(tmp_path) as sandbox:
        installation = _installation(sandbox, settings, engine, sessions)
        _account(sandbox, balance="3.00", price=str(PRICE))
        campaign_id = draft(sessions, 100)
        balances.read(installation, "sms")
        launch(sessions, campaign_id, part=True)
        _prepare(sessions, campaign_id)
        for _ in range(10):
            if _sent(sessions) < 40:
                drain_channel(installation, "sms", seconds=20)
        assert _ledger(sessions) == {"sent": 40, "pending": 60}
        assert _waits_for(sessions, campaign_id) == ["balance_too_low"]
        drain_channel(installation, "sms", seconds=20)
        assert _sent(sessions) == 40
        _account(sandbox, balance="10.00")
        _until(lambda: _rung(sessions, installation))
        assert _ledger(sessions) == {"sent": 100}
        assert _waits_for(sessions, campaign_id) == []
        recipients.finish_if_done(sessions, campaign_id, datetime.now(UTC))
        arrived = requests.get(f"{sandbox.url}/control/twilio/messages", timeout=10).json()["messages"]
    with sessions() as session:
        assert session.get_one(Campaign, campaign_id).state == CampaignState.SENT
    assert len({one["to"] for one in arrived}) == len(arrived) == 100


def test_a_channel_that_a_person_has_closed_is_not_opened_by_an_empty_account(sessions: Sessions) -> None:
    with sessions.begin() as session:
        gates.close(session, GateScope.CHANNEL, "sms", reason="paused", by="operator:1")
        balances.close(session, "sms", None)
    with sessions() as session:
        standing = gates.standing(session, GateScope.CHANNEL, "sms")
        assert standing is not None
        assert (standing.reason, standing.until, standing.set_by) == ("paused", None, "operator:1")


def _rung(sessions: Sessions, installation: Installation) -> bool:
    """What the scheduler's tick does, until all is sent."""
    with sessions() as session:
        channels = due.channels_to_drain(session, datetime.now(UTC))
    for channel in channels:
        drain_channel(installation, channel, seconds=20)
    return _sent(sessions) == 100


def _installation(sandbox: Sandbox, settings: config.Settings, engine: Engine, sessions: Sessions) -> Installation:
    here = replace(settings, sandbox_port=sandbox.http_port, sms_per_second=1000.0)
    assert here.database_url is not None
    assert here.redis_url is not None
    return Installation(here, KEYS, engine, sessions, here.database_url, here.redis_url)


def _account(sandbox: Sandbox, **given: str) -> None:
    assert requests.post(f"{sandbox.url}/control/twilio", json=given, timeout=10).status_code == 200


def _prepare(sessions: Sessions, campaign_id: int) -> None:
    assert recipients.prepare(
        sessions,
        campaign_id,
        channels=CHANNELS,
        holder="t",
        clock=lambda: datetime.now(UTC),
        stop=lambda: False,
        press=None,
    )


def _sent(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).where(Delivery.state.in_(("sent", "delivered")))) or 0


def _ledger(sessions: Sessions) -> dict[str, int]:
    with sessions() as session:
        return {
            row[0]: row[1] for row in session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
        }


def _waits_for(sessions: Sessions, campaign_id: int) -> list[str]:
    with sessions() as session:
        campaign = session.get_one(Campaign, campaign_id)
        now = datetime.now(UTC)
        return [wait.reason for wait in waits.of_campaign(session, campaign, figures(session, campaign_id), now)]


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not done():
        assert time.monotonic() < end
        time.sleep(0.1)
