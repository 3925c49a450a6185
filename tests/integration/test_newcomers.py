"""A finished campaign for those who joined its segments since: they and nobody else, and the ledger adds up."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

import config
from channels.known import CHANNELS
from core.database import Sessions
from core.errors import IllegalTransition, Refused
from core.queries import ledger
from core.rules.outside import Outside
from core.services import campaigns, newcomers, recipients, segments, settings
from core.services.campaigns import Preview
from core.tables.campaigns import Campaign, Origin
from core.tables.contacts import Identity
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.tables.templates import Template
from core.vocabulary import CampaignState, DeliveryState, Reason, Role
from tests.integration.bot_factory import OLIVIA, Person, a_world, make_operator
from tests.integration.campaign_factory import NOON, make_contacts, make_content, make_sender
from tests.integration.panel.people import somebody

SANDBOX = Outside(None, real_relay=False)
LATER = NOON + timedelta(days=3)


def test_newcomers_get_it_and_nobody_gets_it_twice(sessions: Sessions) -> None:
    campaign_id = sent_campaign(sessions, 5)
    with sessions.begin() as session:
        ids = make_contacts(session, 4, start=6)
        session.add(Suppression(list="unsubscribed", channel="email", contact_id=ids[0], source="link"))
        taken = select(Identity.address_key).where(Identity.contact_id == 1).scalar_subquery()
        session.execute(update(Identity).where(Identity.contact_id == ids[1]).values(address_key=taken))
    looked = look(sessions, campaign_id)
    assert (looked.chosen, looked.reachable) == (4, 2)
    assert looked.reasons == {Reason.UNSUBSCRIBED: 1, Reason.DUPLICATE_ADDRESS: 1}
    send(sessions, campaign_id, looked.confirmation)
    prepare_and_settle(sessions, campaign_id)
    with sessions() as session:
        assert session.get_one(Campaign, campaign_id).state == CampaignState.SENT
        states = dict(session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all())
        assert states == {"sent": 7, "skipped": 2}
        reasons = session.scalars(select(Delivery.reason).where(Delivery.state == "skipped").order_by(Delivery.reason))
        assert list(reasons) == [Reason.DUPLICATE_ADDRESS, Reason.UNSUBSCRIBED]
        assert ledger.offences(session) == []


def test_a_second_press_sends_nothing(sessions: Sessions) -> None:
    campaign_id = sent_campaign(sessions, 2)
    with sessions.begin() as session:
        make_contacts(session, 2, start=3)
    confirmation = look(sessions, campaign_id).confirmation
    send(sessions, campaign_id, confirmation)
    with pytest.raises(IllegalTransition):
        send(sessions, campaign_id, confirmation)
    prepare_and_settle(sessions, campaign_id)
    with pytest.raises(Refused) as refused:
        send(sessions, campaign_id, confirmation)
    assert refused.value.code == "campaign.unconfirmed"


def test_so_many_that_a_launch_would_take_two_people_are_not_sent_to_by_one(sessions: Sessions) -> None:
    campaign_id = sent_campaign(sessions, 5)
    with sessions.begin() as session:
        make_contacts(session, 4, start=6)
        settings.set_approval_above(session, 3, by="t")
    with pytest.raises(Refused, match=r"campaign\.newcomers_take_two"):
        send(sessions, campaign_id, look(sessions, campaign_id).confirmation)


def test_where_nobody_has_joined_nothing_is_reopened(sessions: Sessions) -> None:
    campaign_id = sent_campaign(sessions, 2)
    with pytest.raises(Refused) as refused:
        send(sessions, campaign_id, look(sessions, campaign_id).confirmation)
    assert refused.value.code == "campaign.no_newcomers"
    with sessions() as session:
        assert session.get_one(Campaign, campaign_id).state == CampaignState.SENT


def test_the_panel_shows_them_first_and_asks_for_the_right_role(app: Flask, sessions: Sessions) -> None:
    campaign_id = sent_campaign(sessions, 2)
    with sessions.begin() as session:
        make_contacts(session, 3, start=3)
    page = f"/campaigns/{campaign_id}/newcomers"
    assert somebody(app, Role.EDITOR).get(page).status_code == 403
    launcher = somebody(app, Role.LAUNCHER)
    assert page in launcher.get(f"/campaigns/{campaign_id}").text
    shown = launcher.get(page).text
    confirmation = look(sessions, campaign_id).confirmation
    assert confirmation in shown
    assert launcher.post(page, confirmation=confirmation).status_code == 302
    with sessions() as session:
        assert session.get_one(Campaign, campaign_id).state == CampaignState.SENDING


async def test_in_the_chat_they_are_previewed_and_sent_to_by_buttons(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA)
    sent_campaign(sessions, 2)
    with sessions.begin() as session:
        make_contacts(session, 3, start=3)
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await olivia.say("/campaigns")
        await olivia.press("Spring")
        await olivia.press("Send to newcomers")
        await olivia.reads("Chosen: 3", "Get the message: 3")
        await olivia.press("Launch to 3")
        await olivia.reads("Spring", "Sending")


def sent_campaign(sessions: Sessions, recipients_count: int) -> int:
    """Launched to everybody there is, and sent."""
    with sessions.begin() as session:
        make_contacts(session, recipients_count)
        campaign_id = _draft(session)
        confirmation = campaigns.preview(session, campaign_id, NOON, channels=CHANNELS).confirmation
        campaigns.launch(
            session, campaign_id, confirmation=confirmation, outside=SANDBOX, channels=CHANNELS, by="test", now=NOON
        )
    prepare_and_settle(sessions, campaign_id)
    return campaign_id


def prepare_and_settle(sessions: Sessions, campaign_id: int) -> None:
    assert recipients.prepare(
        sessions, campaign_id, channels=CHANNELS, holder="test", clock=lambda: LATER, stop=lambda: False, press=None
    )
    with sessions.begin() as session:
        assert session.scalar(select(Origin.open).where(Origin.campaign_id == campaign_id))
        waiting = update(Delivery).where(Delivery.state == DeliveryState.PENDING)
        session.execute(waiting.values(state=DeliveryState.SENT, attempt=1, settled_at=NOON))
    assert recipients.finish_if_done(sessions, campaign_id, LATER)


def look(sessions: Sessions, campaign_id: int) -> Preview:
    with sessions() as session:
        return newcomers.preview(session, campaign_id, LATER, channels=CHANNELS)


def send(sessions: Sessions, campaign_id: int, confirmation: str) -> None:
    with sessions.begin() as session:
        newcomers.send(session, campaign_id, confirmation=confirmation, outside=SANDBOX, by="test", now=LATER)


def _draft(session: Session) -> int:
    content_id = make_content(session)
    template = Template(name="T", kind="text", subject="x", source="x", content_id=content_id, created_by="test")
    session.add(template)
    session.flush()
    everybody = segments.create_dynamic(session, name="Everybody", expression={"all": []}, by="test")
    made = campaigns.create(
        session,
        name="Spring",
        template_id=template.id,
        sender_id=make_sender(session),
        include=[everybody.id],
        exclude=[],
        by="test",
    )
    return made.id


@pytest.fixture
def app(settings: config.Settings, sessions: Sessions) -> Flask:
    from admin.app import create_app
    from tests.integration.panel.people import KEYS

    return create_app(settings, KEYS, sessions)
