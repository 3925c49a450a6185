"""Senders in the panel: they come, change and go; their domains are checked and get keys."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select, update

import config
from channels.email.dkim import record
from core.database import Sessions
from core.tables.campaigns import Campaign, SenderRow
from core.tables.dkim import DkimKey
from core.tables.relays import RelayRow
from core.vocabulary import CampaignState, Role
from tests.integration.dns_server import Zone, dns_server
from tests.integration.panel.people import Person, somebody


def archived(sessions: Sessions) -> bool:
    with sessions() as session:
        return session.scalars(select(SenderRow.archived_at)).one() is not None


def test_a_sender_is_archived_and_brought_back_by_its_address(
    administrator: Person, draft: int, sessions: Sessions
) -> None:
    administrator.post("/senders/1/archive")
    assert archived(sessions)
    assert "us@sendbote.example" not in administrator.get("/senders/").text
    assert "has no sender yet" in administrator.get(f"/campaigns/{draft}/check").text
    administrator.post("/senders/new", name="We", address="us@sendbote.example")
    assert not archived(sessions)
    again = administrator.post("/senders/new", name="We", address="us@sendbote.example")
    assert "is a sender already: We" in again.text


def test_a_sender_that_a_campaign_needs_stays(administrator: Person, draft: int, sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.execute(update(Campaign).values(state=CampaignState.SENDING))
    answer = administrator.post("/senders/1/archive")
    assert not archived(sessions)
    assert "the campaign “Autumn” sends from it" in administrator.get(answer.location).text


def test_a_sender_of_short_messages_is_added_with_its_pool(administrator: Person, sessions: Sessions) -> None:
    page = administrator.get("/senders/new").text
    assert 'name="channel"' in page
    assert 'name="pool"' in page
    pool = "+49 1511 0000002"
    refused = administrator.post("/senders/new", name="Shop", address="0800", channel="sms", pool="nobody@")
    assert "nobody@" in refused.text
    given = {"channel": "sms", "address": "+4915110000001", "pool": pool.replace(" ", "")}
    administrator.post("/senders/new", name="Shop", **given)
    with sessions() as session:
        made = session.scalars(select(SenderRow).where(SenderRow.channel == "sms")).one()
        assert (made.address, made.pool) == ("+4915110000001", ["+4915110000002"])
    assert "+4915110000002" in administrator.get("/senders/").text


@pytest.fixture
def zone() -> Iterator[Zone]:
    with dns_server() as zone:
        yield zone


@pytest.fixture
def settings(settings: config.Settings, zone: Zone) -> config.Settings:
    """A panel that asks the tests' DNS, and sends by a real relay."""
    return replace(settings, dns=zone.address, smtp_url="smtp://relay.example")


def state_of(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return [row.state for row in session.scalars(select(DkimKey).order_by(DkimKey.id))]


def test_a_domain_is_checked_and_its_keys_begin_to_sign(
    administrator: Person, draft: int, sessions: Sessions, zone: Zone
) -> None:
    assert "not checked yet" in administrator.get("/senders/").text
    assert "has not been checked" in administrator.get(f"/campaigns/{draft}/check").text
    administrator.post("/senders/1/keys")
    page = administrator.get("/senders/1").text
    with sessions() as session:
        keys = session.scalars(select(DkimKey)).all()
    assert all(key.public in page for key in keys)
    assert state_of(sessions) == ["waiting", "waiting"]

    administrator.post("/senders/1/check")
    page = administrator.get("/senders/1").text
    assert "v=DMARC1; p=none" in page
    assert "must be mended" in page
    assert "has no DMARC record" in administrator.get(f"/campaigns/{draft}/check").text
    zone.text(record.name(keys[0].domain, keys[0].selector), record.value(keys[0].algorithm, keys[0].public))
    administrator.post("/senders/1/check")
    assert state_of(sessions) == ["signing", "waiting"]
    administrator.post(f"/senders/1/keys/{keys[0].id}/retire")
    assert state_of(sessions) == ["retired", "waiting"]


def test_a_number_has_a_pace_of_its_own_and_nonsense_is_named(administrator: Person, sessions: Sessions) -> None:
    given = {"name": "Shop", "channel": "sms", "address": "+4915110000001", "pool": "+4915110000002"}
    assert "between 0.01 and 1000" in administrator.post("/senders/new", **given, per_second="nan").text
    administrator.post("/senders/new", **given, per_second="1,5")
    with sessions() as session:
        assert session.scalars(select(SenderRow.per_second).where(SenderRow.channel == "sms")).one() == 1.5


def test_a_sender_is_changed_and_nonsense_stays_in_the_form(
    administrator: Person, draft: int, sessions: Sessions
) -> None:
    administrator.post("/senders/1", name="The Shop", reply_to="help@gmail.com", imprint="Shop, Street 1")
    wrong = administrator.post("/senders/1", name="Other", reply_to="nowhere", imprint="X")
    assert "could not go there" in wrong.text
    assert 'value="Other"' in wrong.text
    with sessions() as session:
        sender = session.get_one(SenderRow, 1)
        assert (sender.name, sender.reply_to, sender.imprint) == ("The Shop", "help@gmail.com", "Shop, Street 1")


def test_only_administrators_see_senders(app: Flask, draft: int) -> None:
    assert somebody(app, Role.LAUNCHER).get("/senders/1").status_code == 403


def test_a_copy_that_arrived_is_read_in_the_panel(administrator: Person) -> None:
    copy = b"From: Shop <news@shop.example>\r\nSubject: <b>Hi</b>\r\n\r\nHi\r\n"
    told = administrator.post("/senders/arrival", copy=(BytesIO(copy), "copy.eml"))
    assert "The letter has no signature." in told.text
    assert "&lt;b&gt;Hi&lt;/b&gt;" in told.text


def test_a_mail_server_is_added_tried_and_removed_and_its_password_never_comes_back(
    administrator: Person, draft: int, sessions: Sessions
) -> None:
    given = {"host": "relay.invalid", "port": "587", "tls": "required", "user": "anna", "weight": "1"}
    internal = administrator.post("/senders/1/relays/", password="hunter2", **given | {"host": "127.0.0.1"})
    assert "leads into the network behind this machine" in internal.text
    assert "hunter2" not in internal.text
    answer = administrator.post("/senders/1/relays/", password="hunter2", **given)
    page = administrator.get(answer.location.split("#")[0]).text
    assert "relay.invalid:587" in page
    assert "hunter2" not in page
    with sessions() as session:
        relay_id = session.scalars(select(RelayRow.id)).one()
    tried = administrator.post(f"/senders/1/relays/{relay_id}/check")
    assert "There is no mail server named relay.invalid" in administrator.get(tried.location.split("#")[0]).text
    administrator.post(f"/senders/2/relays/{relay_id}/remove")
    administrator.post(f"/senders/1/relays/{relay_id}/remove")
    assert "relay.invalid" not in administrator.get("/senders/1").text
