"""Results of ended campaigns: kept when somebody looks, counted anew when something moved, proved equal."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.database import Sessions
from core.messages import Event
from core.queries import ledger, statistics
from core.queries.statistics import Figures
from core.services import results
from core.services.events import record
from core.tables.campaigns import Campaign
from core.tables.deliveries import Delivery
from core.tables.events import Engagement
from core.tables.results import KeptResult
from core.vocabulary import CampaignState, DeliveryState, EventKind, Reason
from tests.integration.campaign_factory import NOON, make_campaign


@pytest.fixture
def campaign_id(sessions: Sessions) -> int:
    """Three were sent to, one failed."""
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=4)
        campaign.state, campaign.finished_at = CampaignState.SENT, NOON
        session.execute(update(Delivery).values(state=DeliveryState.SENT, attempt=1, settled_at=NOON))
        failed = {"state": DeliveryState.FAILED, "reason": Reason.RECIPIENT_SERVER_REFUSED}
        session.execute(update(Delivery).where(Delivery.id == 4).values(failed))
        return campaign.id


def shown(sessions: Sessions, campaign_id: int) -> Figures:
    results.keep(sessions, campaign_id)
    with sessions() as session:
        return statistics.figures(session, campaign_id)


def is_kept(sessions: Sessions, campaign_id: int) -> bool:
    with sessions() as session:
        return session.get(KeptResult, campaign_id) is not None


def offences(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return [one.code for one in ledger.offences(session)]


def test_what_is_kept_shows_the_same_figures_as_counting(sessions: Sessions, campaign_id: int) -> None:
    with sessions() as session:
        counted = statistics.figures(session, campaign_id)
    assert (counted.recipients, counted.sent, counted.errors, counted.last_sent_at) == (4, 3, 1, NOON)
    assert shown(sessions, campaign_id) == counted
    assert is_kept(sessions, campaign_id)
    assert offences(sessions) == []


@pytest.mark.parametrize(
    ("kind", "state"), [(EventKind.BOUNCED, DeliveryState.FAILED), (EventKind.DELIVERED, DeliveryState.DELIVERED)]
)
async def test_a_report_that_comes_late_is_in_the_next_figures(
    sessions: Sessions, async_engine: AsyncEngine, campaign_id: int, kind: EventKind, state: DeliveryState
) -> None:
    before = shown(sessions, campaign_id)
    async with async_engine.begin() as connection:
        await record(connection, [Event(kind, "web", "a", NOON, 1)])
    with sessions() as session:
        after = statistics.figures(session, campaign_id)
    assert after.states[state] == before.states.get(state, 0) + 1
    assert after.accepted_ever == before.accepted_ever
    assert shown(sessions, campaign_id) == after
    assert offences(sessions) == []


async def test_what_was_counted_beside_a_report_is_not_shown_once_that_is_committed(
    sessions: Sessions, async_engine: AsyncEngine, campaign_id: int
) -> None:
    async with async_engine.begin() as connection:
        await record(connection, [Event(EventKind.BOUNCED, "web", "a", NOON, 1)])
        assert shown(sessions, campaign_id).sent == 3
    with sessions() as session:
        assert statistics.figures(session, campaign_id).sent == 2


def test_a_campaign_that_went_on_is_counted_anew(sessions: Sessions, campaign_id: int) -> None:
    shown(sessions, campaign_id)
    with sessions.begin() as session:
        session.execute(update(Campaign).values(state=CampaignState.SENDING, finished_at=None))
        session.execute(update(Delivery).where(Delivery.id == 1).values(state=DeliveryState.PENDING))
    assert shown(sessions, campaign_id).waiting == 1


def test_nothing_is_kept_while_somebody_is_in_doubt(sessions: Sessions, campaign_id: int) -> None:
    with sessions.begin() as session:
        session.execute(update(Delivery).where(Delivery.id == 1).values(state=DeliveryState.IN_DOUBT))
    shown(sessions, campaign_id)
    assert not is_kept(sessions, campaign_id)


def test_first_reads_fall_on_the_hour_and_the_day_of_the_account(sessions: Sessions, campaign_id: int) -> None:
    late = datetime(2026, 11, 22, 18, 20, tzinfo=UTC)
    with sessions.begin() as session:
        session.execute(
            insert(Engagement).from_select(
                ["delivery_id", "origin_id", "contact_id", "read_at", "reads"],
                select(Delivery.id, Delivery.origin_id, Delivery.contact_id, literal(late), literal(1)),
            )
        )
    with sessions() as session:
        reads = statistics.first_reads(session, campaign_id, ZoneInfo("Asia/Kathmandu"))
    assert (reads.by_hour, reads.by_weekday) == ({0: 4}, {1: 4})


def test_check_finds_deliveries_that_moved_without_a_word(sessions: Sessions, campaign_id: int) -> None:
    shown(sessions, campaign_id)
    with sessions.begin() as session:
        session.execute(update(Delivery).where(Delivery.id == 1).values(state=DeliveryState.DELIVERED))
    assert offences(sessions) == ["kept_result_differs"]
