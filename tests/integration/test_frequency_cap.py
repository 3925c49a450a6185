"""Nobody gets more than so many messages in so many days, over all channels."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

from channels.known import CHANNELS
from core.database import Sessions
from core.errors import Invalid
from core.queries import capping
from core.services import campaigns, settings
from core.services.claims import Claims
from core.services.dispatcher import Drain
from core.tables.campaigns import Campaign, Origin
from core.tables.deliveries import Delivery
from core.vocabulary import DeliveryState as S
from core.vocabulary import Reason
from tests.integration.campaign_factory import NOON
from tests.integration.scripted_channel import ScriptedChannel
from tests.integration.test_dispatcher import content, launched
from tests.integration.test_steps import by_sms, draft, look, on, prepare, settle
from tests.integration.test_steps import launched as launched_with


def sent_before(session: Session, place: int, times: int, *, purpose: str = "marketing") -> None:
    """As many messages of earlier campaigns, a day ago, to the contact at that place."""
    for _ in range(times):
        origin = Origin(kind="campaign", channel="sms", purpose=purpose, open=False)
        session.add(origin)
        session.flush()
        row = {"origin_id": origin.id, "contact_id": place + 1, "channel": "sms", "attempt": 1}
        session.add(Delivery(**row, state="sent", settled_at=NOON - timedelta(days=1)))


def cap(session: Session, messages: int = 2) -> None:
    settings.set_frequency_cap(session, messages, days=7, by="t")


def reasons(session: Session, campaign_id: int) -> dict[Reason, int]:
    return campaigns.preview(session, campaign_id, NOON, channels=CHANNELS).reasons


def test_who_has_had_enough_is_left_out_in_preview_and_preparation(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign_id = draft(session, 3)
        sent_before(session, 0, 2)
        sent_before(session, 1, 1)
        sent_before(session, 2, 5, purpose="service")
        cap(session)
        assert reasons(session, campaign_id) == {Reason.FREQUENCY_CAP: 1}
        launched_with(session, campaign_id)
    prepare(sessions, campaign_id)
    assert on(sessions, "email") == {0: ("skipped", "frequency_cap"), 1: ("pending", None), 2: ("pending", None)}


def test_a_campaign_may_go_past_it_by_right_and_messages_long_ago_do_not_count(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign_id = draft(session, 2)
        sent_before(session, 0, 2)
        sent_before(session, 1, 2)
        session.execute(update(Delivery).where(Delivery.contact_id == 2).values(settled_at=NOON - timedelta(days=8)))
        cap(session)
        assert reasons(session, campaign_id) == {Reason.FREQUENCY_CAP: 1}
        before = campaigns.preview(session, campaign_id, NOON, channels=CHANNELS).confirmation
        campaigns.set_uncapped(session, campaign_id, True, by="operator:1")
        assert reasons(session, campaign_id) == {}
        assert before != campaigns.preview(session, campaign_id, NOON, channels=CHANNELS).confirmation


def test_a_later_channel_counts_too(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign_id = draft(session, 2, numbers=(0, 1))
        sent_before(session, 0, 1)
        cap(session)
        launched_with(session, campaign_id, by_sms(session))
    prepare(sessions, campaign_id)
    with sessions.begin() as session:
        settle(session, "email", {0: S.SENT, 1: S.FAILED}, NOON)
    look(sessions, NOON + timedelta(days=1, seconds=1))
    with sessions() as session:
        found = session.execute(select(Delivery.contact_id, Delivery.reason).where(Delivery.step == 1)).all()
    assert {(row[0], row[1]) for row in found} == {(1, "frequency_cap"), (2, None)}


@pytest.mark.parametrize(("uncapped", "arrived"), [(False, 1), (True, 2)])
async def test_the_claim_asks_again(
    sessions: Sessions, async_engine: AsyncEngine, uncapped: bool, arrived: int
) -> None:
    """What another campaign has sent since this one was prepared counts."""
    campaign = launched(sessions, 2)
    with sessions.begin() as session:
        cap(session, 1)
        session.execute(update(Campaign).where(Campaign.id == campaign.id).values(settings={"uncapped": uncapped}))
        sent_before(session, 0, 1)
        held = capping.cap(session)
    channel = ScriptedChannel()
    claims = Claims("email", holder="t", size=10, clock=lambda: NOON, limit=None, cap=held)
    drain = Drain(async_engine, channel, content=content, holder="t", clock=lambda: NOON, claims=claims)
    assert (await drain.run()).sent == arrived


def test_a_cap_that_makes_no_sense_is_refused(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for wrong in ({"messages": 0}, {"messages": 5, "days": 0}, {"messages": 5, "exempt": ["love"]}):
            with pytest.raises(Invalid):
                settings.set_frequency_cap(session, by="t", **wrong)
        settings.set_frequency_cap(session, None, by="t")
        assert capping.cap(session) is None
