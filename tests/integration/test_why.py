"""`sendbote why`: what became of one recipient, from being chosen to the last thing that was learnt."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from cli import why
from config import Settings
from config.keys import load_keys
from core.database import Sessions
from core.queries import story
from core.rules.addresses import address_key
from core.services import pacing
from core.tables.attempts import Attempt
from core.tables.campaigns import Campaign
from core.tables.contacts import Identity
from core.tables.contents import Link
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.tables.pacing import DailyLimit
from core.tables.suppression import Suppression
from tests.integration.campaign_factory import NOON, make_campaign, make_contacts

LATER = NOON + timedelta(hours=1)


def codes(session: Session, campaign: Campaign, number: int = 1) -> list[str]:
    told = story.of_address(session, campaign.id, number.to_bytes(16, "big"), NOON + timedelta(hours=2))
    return [one.code for one in told.steps]


def became(session: Session, state: str, reason: str | None = None, **values: object) -> Delivery:
    """The first delivery, in that state."""
    delivery = session.scalars(select(Delivery).order_by(Delivery.id).limit(1)).one()
    changed = {"state": state, "reason": reason, "attempt": 1, "settled_at": LATER, **values}
    session.execute(update(Delivery).where(Delivery.id == delivery.id).values(created_at=NOON, **changed))
    session.refresh(delivery)
    return delivery


def learnt(session: Session, delivery: Delivery, kind: str, minutes: int, **values: object) -> None:
    at = LATER + timedelta(minutes=minutes)
    row = {"kind": kind, "provider": "t", "key": f"{kind}{minutes}", "delivery_id": delivery.id, "at": at, **values}
    session.execute(insert(EventRow).values(**row))


def test_who_got_it_opened_and_clicked(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=1)
        delivery = became(session, "sent", said="250 queued", attempt=2)
        session.add(Attempt(delivery_id=delivery.id, number=1, outcome="deferred", said="451 later", at=NOON))
        link = Link(content_id=delivery.content_id, position=1, url="https://shop.example/")
        session.add(link)
        session.flush()
        learnt(session, delivery, "opened", 1, actor="machine")
        learnt(session, delivery, "opened", 2, actor="person")
        learnt(session, delivery, "clicked", 3, actor="person", link_id=link.id)
        learnt(session, delivery, "unsubscribed", 4)
        happened = ["accepted", "opened_machine", "opened_person", "clicked_person", "unsubscribed"]
        assert codes(session, campaign) == ["chosen", "checked", "attempt_deferred", *happened, "stands"]


def test_who_was_refused_and_put_on_a_list(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=1)
        delivery = became(session, "failed", "recipient_server_refused", said="550 no such user")
        session.add(Attempt(delivery_id=delivery.id, number=1, outcome="refused", said="550 no such user", at=LATER))
        listed = {"list": "general", "channel": "email", "source": "bounce", "added_at": LATER + timedelta(seconds=1)}
        session.add(Suppression(address_key=delivery.address_key, delivery_id=delivery.id, **listed))
        session.flush()
        assert codes(session, campaign) == ["chosen", "checked", "attempt_refused", "listed", "stands"]


def test_who_was_on_a_list_is_left_out_at_the_check(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=1)
        before = NOON - timedelta(days=9)
        session.add(Suppression(list="general", contact_id=1, source="person", added_at=before))
        became(session, "skipped", "general_blacklist", attempt=0, address_key=None, identity_id=None)
        assert codes(session, campaign) == ["listed", "chosen", "refused_at_check", "stands"]


def test_who_waits_for_the_daily_limit(sessions: Sessions) -> None:
    now = NOON + timedelta(hours=2)
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=1)
        pacing.open_today(session, now)
        assert codes(session, campaign) == ["chosen", "checked", "stands"]
        session.execute(update(DailyLimit).values(taken=DailyLimit.ceiling))
        told = story.of_address(session, campaign.id, (1).to_bytes(16, "big"), now)
        assert [one.code for one in told.steps] == ["chosen", "checked", "waits_at_gate", "stands"]
        assert told.steps[2].params["gate"] == "daily_limit"


def test_who_is_unknown_or_was_not_chosen(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=1)
        make_contacts(session, 1, start=2)
        assert codes(session, campaign, 99) == ["unknown_address"]
        assert codes(session, campaign, 2) == ["not_launched"]
        frozen = {"as_of": NOON.isoformat(), "include": [], "exclude": []}
        campaign.audience = frozen
        assert codes(session, campaign, 2) == ["in_no_segment"]
        campaign.audience = {**frozen, "include": [{"all": []}]}
        assert codes(session, campaign, 2) == ["not_prepared"]
        campaign.audience = {**frozen, "include": [{"all": []}], "exclude": [{"all": []}]}
        assert codes(session, campaign, 2) == ["excluded"]


@pytest.fixture
def here(settings: Settings, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDBOTE_DATA", str(settings.data))
    monkeypatch.setenv("SENDBOTE_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("SENDBOTE_REDIS_URL", str(settings.redis_url))


@pytest.mark.usefixtures("here")
def test_the_command_tells_it_in_words_and_in_json(settings: Settings, sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign_id = make_campaign(session, recipients=1).id
        became(session, "sent", said="250 queued")
        key = address_key(load_keys(settings.data).addresses, "email", "person1@example.org")
        session.execute(update(Identity).values(address_key=key))
        session.execute(update(Delivery).values(address_key=key))
    told = CliRunner().invoke(why.app, ["Spring", "Person1@example.org"])
    assert told.exit_code == 0, told.output
    assert "2026-05-20 15:00  Sent: accepted at attempt 1. The server said: 250 queued" in told.stdout
    asked = CliRunner().invoke(why.app, [str(campaign_id), "person1@example.org", "--json"])
    assert [one["code"] for one in json.loads(asked.stdout)["steps"]] == ["chosen", "checked", "accepted", "stands"]
    unknown = CliRunner().invoke(why.app, ["Spring", "nobody@example.org"])
    assert unknown.exit_code == 0
    assert "Nobody here has or had this address" in unknown.stdout
