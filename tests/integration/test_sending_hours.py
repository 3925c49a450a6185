"""Sending hours in the claim: by each recipient's own clock, or the whole campaign by the account's."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.database import Sessions
from core.rules.hours import Hours
from core.services import campaigns
from core.services.claims import Claims
from core.services.dispatcher import Drain, Drained
from core.services.times import Times
from core.tables.campaigns import Campaign
from core.tables.contacts import Contact
from core.tables.deliveries import Delivery
from tests.integration.campaign_factory import NOON, make_campaign
from tests.integration.limits import BERLIN
from tests.integration.scripted_channel import ScriptedChannel
from tests.integration.test_dispatcher import content

EVENING = NOON + timedelta(hours=8)
"""22:00 in Berlin, 16:00 in New York, 5:00 of the next day in Tokyo."""


PLACES = ({"timezone": "America/New_York"}, {"country": "jp"}, {"timezone": "x"})


async def drained(engine: AsyncEngine, now: datetime, quiet: Hours | None = None) -> Drained:
    times = Times(quiet, BERLIN)
    claims = Claims("email", holder="one", size=50, clock=lambda: now, limit=None, times=times)
    return await Drain(engine, ScriptedChannel(), content=content, holder="one", clock=lambda: now, claims=claims).run()


def launched(sessions: Sessions, *, own_zone: bool) -> Campaign:
    """To somebody in New York, in Japan, with a zone that nobody knows, and of whom nothing is known."""
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=4)
        campaigns.set_hours(session, campaign.id, Hours.read("09:00", "20:00"), own_zone=own_zone, by="test")
        ids = session.scalars(select(Contact.id).order_by(Contact.id)).all()
        for contact_id, known in zip(ids, PLACES, strict=False):
            session.execute(update(Contact).where(Contact.id == contact_id).values(**known))
        return campaign


async def test_each_waits_for_nine_by_their_own_clock(sessions: Sessions, async_engine: AsyncEngine) -> None:
    launched(sessions, own_zone=True)
    assert (await drained(async_engine, EVENING)).sent == 1
    with sessions() as session:
        rows = session.execute(select(Delivery.state, Delivery.reason, Delivery.due_at).order_by(Delivery.id)).all()
        morning = datetime(2026, 5, 21, 7, tzinfo=UTC)
        assert [tuple(row) for row in rows] == [
            ("sent", None, None),
            ("pending", "quiet_hours", datetime(2026, 5, 21, 0, tzinfo=UTC)),
            ("pending", "quiet_hours", morning),
            ("pending", "quiet_hours", morning),
        ]
    assert (await drained(async_engine, datetime(2026, 5, 21, 0, 30, tzinfo=UTC))).sent == 1
    assert (await drained(async_engine, morning)).sent == 2
    with sessions() as session:
        assert set(map(tuple, session.execute(select(Delivery.state, Delivery.attempt)).all())) == {("sent", 1)}


async def test_who_waits_by_their_own_clock_goes_at_once_when_the_hours_are_taken_away(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    campaign = launched(sessions, own_zone=True)
    assert (await drained(async_engine, EVENING)).sent == 1
    with sessions.begin() as session:
        campaigns.set_hours(session, campaign.id, Hours.read("15:00", "23:00"), own_zone=True, by="test")
    assert (await drained(async_engine, EVENING)).sent == 2, "in Berlin it is 22:00, in Tokyo 5:00"
    with sessions.begin() as session:
        campaigns.set_hours(session, campaign.id, None, own_zone=True, by="test")
    assert (await drained(async_engine, EVENING)).sent == 1


async def test_by_the_accounts_clock_the_campaign_waits_as_a_whole_and_no_row_is_touched(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    campaign = launched(sessions, own_zone=False)
    waiting = await drained(async_engine, EVENING)
    assert (waiting.sent, waiting.closed) == (0, {campaign.origin_id: datetime(2026, 5, 21, 7, tzinfo=UTC)})
    with sessions() as session:
        assert set(map(tuple, session.execute(select(Delivery.state, Delivery.generation)).all())) == {("pending", 0)}
    assert (await drained(async_engine, NOON)).sent == 4


async def test_quiet_hours_of_a_channel_hold_without_any_hours_of_the_campaign(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    with sessions.begin() as session:
        make_campaign(session, recipients=3)
    quiet = Hours.read("20:00", "09:00").outside()
    assert (await drained(async_engine, EVENING, quiet)).sent == 0
    assert (await drained(async_engine, NOON, quiet)).sent == 0
    assert (await drained(async_engine, NOON + timedelta(days=1), quiet)).sent == 3
