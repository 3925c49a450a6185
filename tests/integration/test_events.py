"""What is learnt after sending: appended once, summed once, and with its consequences."""

from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.database import Sessions
from core.messages import Event
from core.queries import ledger, statistics
from core.services.events import record
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.tables.suppression import Suppression
from core.vocabulary import CampaignState, DeliveryState, EventKind, Reason
from tests.integration.campaign_factory import NOON, make_campaign


def sent_campaign(sessions: Sessions, recipients: int) -> int:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=recipients)
        campaign.state = CampaignState.SENT
        session.execute(update(Delivery).values(state=DeliveryState.SENT, attempt=1, settled_at=NOON))
        return campaign.id


def event(kind: EventKind, key: str, delivery_id: int, **details: str) -> Event:
    return Event(kind, "web", key, NOON + timedelta(seconds=len(key)), delivery_id, details=details)


async def test_three_clicks_of_one_person_are_three_clicks_and_one_clicker(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    campaign_id = sent_campaign(sessions, 4)
    async with async_engine.begin() as connection:
        clicks = [event(EventKind.CLICKED, key, 1) for key in "abc"]
        assert await record(connection, [*clicks, event(EventKind.OPENED, "d", 2)]) == 4
    async with async_engine.begin() as connection:
        assert await record(connection, clicks) == 0
    with sessions() as session:
        figures = statistics.figures(session, campaign_id)
        assert (figures.clicks, figures.clickers, figures.read) == (3, 1, 2)
        assert figures.share(figures.clickers) == 0.25
        assert ledger.offences(session) == []


async def test_a_machine_is_kept_and_not_counted(sessions: Sessions, async_engine: AsyncEngine) -> None:
    campaign_id = sent_campaign(sessions, 1)
    async with async_engine.begin() as connection:
        await record(connection, [event(EventKind.CLICKED, "a", 1, actor="machine")])
    with sessions() as session:
        assert session.scalar(select(func.count(EventRow.id))) == 1
        assert statistics.figures(session, campaign_id).clicks == 0
        assert ledger.offences(session) == []


async def test_unsubscribing_suppresses_the_address_on_its_channel_once(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    campaign_id = sent_campaign(sessions, 2)
    async with async_engine.begin() as connection:
        await record(connection, [event(EventKind.UNSUBSCRIBED, key, 1) for key in "ab"])
    with sessions() as session:
        entry = session.scalars(select(Suppression)).one()
        assert (entry.list, entry.channel) == ("unsubscribed", "email")
        assert statistics.figures(session, campaign_id).unsubscribed == 1


async def test_a_late_bounce_turns_sent_into_failed_and_keeps_the_base(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    campaign_id = sent_campaign(sessions, 2)
    async with async_engine.begin() as connection:
        await record(connection, [event(EventKind.BOUNCED, "a", 1)])
    with sessions() as session:
        figures = statistics.figures(session, campaign_id)
        assert (figures.sent, figures.accepted_ever, figures.errors) == (1, 2, 1)


async def test_whatever_a_late_failure_says_the_recipient_was_accepted_once(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    campaign_id = sent_campaign(sessions, 4)
    late = event(EventKind.BOUNCED, "a", 1, reason="not_a_mobile")
    async with async_engine.begin() as connection:
        await record(connection, [late, event(EventKind.BOUNCED, "b", 2)])
    with sessions.begin() as session:
        never_taken = {"state": DeliveryState.FAILED, "reason": Reason.NOT_A_MOBILE}
        session.execute(update(Delivery).where(Delivery.id == 3).values(**never_taken))
        tried_again = {"state": DeliveryState.PENDING, "reason": Reason.RETRY_LATER}
        session.execute(update(Delivery).where(Delivery.id == 2).values(**tried_again))
        figures = statistics.figures(session, campaign_id)
        assert figures.reasons[Reason.NOT_A_MOBILE] == 2
        assert (figures.sent, figures.accepted_ever) == (1, 3)
