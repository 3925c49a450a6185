"""Those in doubt: nobody is sent to blindly, and a person or the campaign's own policy decides."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.database import Sessions
from core.errors import IllegalTransition, Refused
from core.messages import Accepted, Deferred, Message, Outcome, Unknown
from core.queries.ledger import offences
from core.queries.liveness import alive
from core.services import doubts, recipients
from core.services.reaper import bring_back_expired
from core.tables.audit import AuditEntry
from core.tables.campaigns import Campaign, Origin
from core.tables.deliveries import Batch, Delivery
from core.vocabulary import CampaignState, DoubtDecision, InDoubtPolicy
from tests.integration.campaign_factory import NOON
from tests.integration.scripted_channel import ScriptedChannel
from tests.integration.test_dispatcher import drain, launched, states

LATER = NOON + timedelta(minutes=11)


async def in_doubt(sessions: Sessions, engine: AsyncEngine, *, policy: InDoubtPolicy = InDoubtPolicy.HOLD) -> int:
    """A finished campaign of three, two of them in doubt since noon."""
    campaign = launched(sessions, 3)
    with sessions.begin() as session:
        session.execute(update(Campaign).values(in_doubt_policy=policy))

    def answer(message: Message) -> Outcome:
        return Accepted() if message.delivery_id == 1 else Unknown("connection lost after the dot")

    await drain(engine, ScriptedChannel(answer)).run()
    recipients.finish_if_done(sessions, campaign.id, NOON)
    return campaign.id


def decide(sessions: Sessions, campaign_id: int, decision: DoubtDecision, now: datetime = NOON) -> int:
    with sessions.begin() as session:
        return doubts.decide(session, campaign_id, decision, by="anna", now=now)


async def test_a_retry_reopens_the_campaign_and_waits_until_no_answer_can_come(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    campaign_id = await in_doubt(sessions, async_engine)
    assert decide(sessions, campaign_id, DoubtDecision.RETRY) == 2
    with sessions() as session:
        assert session.scalar(select(Campaign.state)) == CampaignState.SENDING
        assert session.scalar(select(Origin.open))
        assert session.scalar(select(func.min(Delivery.due_at))) == NOON + timedelta(minutes=10)
    early, late = ScriptedChannel(), ScriptedChannel()
    await drain(async_engine, early).run()
    await drain(async_engine, late, now=LATER).run()
    assert (len(early.taken), len(late.taken)) == (0, 2)
    assert {message.attempt for message in late.taken} == {2}
    assert recipients.finish_if_done(sessions, campaign_id, LATER)
    assert states(sessions) == {"sent": 3}


async def test_settling_sends_nothing_and_the_ledger_holds(sessions: Sessions, async_engine: AsyncEngine) -> None:
    campaign_id = await in_doubt(sessions, async_engine)
    assert decide(sessions, campaign_id, DoubtDecision.FAILED) == 2
    assert states(sessions) == {"sent": 1, "failed": 2}
    with sessions() as session:
        assert offences(session) == []
        assert session.scalar(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(1)) == "doubts_failed"


async def test_settled_as_sent_counts_as_sent(sessions: Sessions, async_engine: AsyncEngine) -> None:
    campaign_id = await in_doubt(sessions, async_engine)
    decide(sessions, campaign_id, DoubtDecision.SENT)
    assert states(sessions) == {"sent": 3}
    with sessions() as session:
        assert offences(session) == []


async def test_a_second_press_decides_nothing(sessions: Sessions, async_engine: AsyncEngine) -> None:
    campaign_id = await in_doubt(sessions, async_engine)
    decide(sessions, campaign_id, DoubtDecision.RETRY)
    with pytest.raises(Refused):
        decide(sessions, campaign_id, DoubtDecision.RETRY)


async def test_a_cancelled_campaign_is_not_tried_again(sessions: Sessions, async_engine: AsyncEngine) -> None:
    campaign_id = await in_doubt(sessions, async_engine)
    with sessions.begin() as session:
        session.execute(update(Campaign).values(state=CampaignState.CANCELLED))
    with pytest.raises(IllegalTransition):
        decide(sessions, campaign_id, DoubtDecision.RETRY)


async def test_a_policy_of_retrying_needs_nobody_and_ends(sessions: Sessions, async_engine: AsyncEngine) -> None:
    await in_doubt(sessions, async_engine, policy=InDoubtPolicy.RETRY)
    assert doubts.retry_by_policy(sessions, NOON) == 2
    with sessions.begin() as session:
        session.execute(update(Delivery).where(Delivery.state == "pending").values(state="in_doubt", due_at=None))
        session.execute(update(Delivery).values(created_at=NOON - timedelta(days=3)))
    assert doubts.retry_by_policy(sessions, NOON) == 0


async def test_what_a_frozen_worker_holds_is_not_tried_again_before_it_is_dead(
    sessions: Sessions, engine: Engine
) -> None:
    campaign = launched(sessions, 2)
    with sessions.begin() as session:
        session.execute(update(Delivery).values(state="sending", generation=1, attempt=1))
        past = datetime.now(UTC) - timedelta(minutes=5)
        session.add(Batch(origin_id=1, holder="frozen", lease_until=past, delivery_ids=[1, 2]))
    with alive(engine, "frozen"):
        assert bring_back_expired(sessions, NOON) == 2
        assert bring_back_expired(sessions, NOON) == 0
        with pytest.raises(Refused) as held:
            decide(sessions, campaign.id, DoubtDecision.RETRY)
        assert held.value.code == "campaign.doubts_held"
        assert recipients.finish_if_done(sessions, campaign.id, NOON)
    bring_back_expired(sessions, NOON)
    assert decide(sessions, campaign.id, DoubtDecision.RETRY) == 2


async def test_a_late_refusal_for_now_reopens_what_was_thought_finished(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    campaign = launched(sessions, 1)

    def answer(_: Message) -> Outcome:
        bring_back_expired(sessions, NOON)
        assert recipients.finish_if_done(sessions, campaign.id, NOON)
        return Deferred("451 later")

    await drain(async_engine, ScriptedChannel(answer)).run()
    with sessions() as session:
        assert session.scalar(select(Campaign.state)) == CampaignState.SENDING
        assert session.scalar(select(Origin.open))
    assert states(sessions) == {"pending": 1}
