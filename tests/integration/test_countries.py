"""Rules of countries for short messages: in the claim and before a launch."""

from datetime import UTC, datetime, time

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.known import CHANNELS
from core.database import Sessions
from core.errors import Invalid, Refused
from core.queries import countries as queries
from core.rules.countries import Country
from core.rules.hours import Hours
from core.services import campaigns, countries, senders, settings
from core.services.claims import Claims
from core.services.dispatcher import Drain, Drained
from core.services.times import Times
from core.tables.campaigns import Campaign, Origin
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Delivery
from tests.integration.campaign_factory import make_campaign
from tests.integration.limits import BERLIN
from tests.integration.scripted_channel import ScriptedChannel
from tests.integration.test_balance import draft
from tests.integration.test_dispatcher import content

EVENING = datetime(2026, 5, 22, 19, 30, tzinfo=UTC)
"""A Friday before Whitsun: 21:30 in Paris and Berlin, 15:30 in New York, 12:30 in Los Angeles."""
NUMBERS = ("+33612345678", "+4915111111111", "+12025550123", "+12135550123")


def launched(sessions: Sessions, zone: str | None = None) -> None:
    """By SMS to France, Germany, and twice to North America, of which one has that zone."""
    with sessions.begin() as session:
        make_campaign(session, recipients=4)
        for table in (Campaign, Origin, Delivery, Identity):
            session.execute(update(table).values(channel="sms"))
        ids = session.scalars(select(Identity.id).order_by(Identity.id)).all()
        for identity_id, number in zip(ids, NUMBERS, strict=True):
            session.execute(update(Identity).where(Identity.id == identity_id).values(address=number))
        session.execute(update(Contact).where(Contact.id == 3).values(timezone=zone))


async def drained(sessions: Sessions, engine: AsyncEngine, now: datetime) -> Drained:
    with sessions() as session:
        times = Times(None, BERLIN, queries.every(session))
    claims = Claims("sms", holder="one", size=50, clock=lambda: now, limit=None, times=times)
    channel = ScriptedChannel()
    channel.traits = CHANNELS["sms"]
    return await Drain(engine, channel, content=content, holder="one", clock=lambda: now, claims=claims).run()


def standing(sessions: Sessions) -> list[tuple[str, str | None, datetime | None]]:
    with sessions() as session:
        rows = session.execute(select(Delivery.state, Delivery.reason, Delivery.due_at).order_by(Delivery.id))
        return [(row[0], row[1], row[2]) for row in rows]


async def test_who_may_not_be_written_to_now_waits_for_their_country_and_the_others_go(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    launched(sessions, "America/New_York")
    assert (await drained(sessions, async_engine, EVENING)).sent == 3
    assert standing(sessions)[0] == ("pending", "quiet_hours", datetime(2026, 5, 23, 6, tzinfo=UTC))
    whitsun = datetime(2026, 5, 23, 18, 30, tzinfo=UTC)
    assert (await drained(sessions, async_engine, whitsun)).sent == 0
    assert standing(sessions)[0] == ("pending", "quiet_hours", datetime(2026, 5, 26, 6, tzinfo=UTC))
    assert (await drained(sessions, async_engine, datetime(2026, 5, 26, 6, tzinfo=UTC))).sent == 1


async def test_a_zone_that_is_known_decides_within_its_country(sessions: Sessions, async_engine: AsyncEngine) -> None:
    launched(sessions, "America/New_York")
    with sessions.begin() as session:
        countries.remove(session, "+33", by="t")
    assert (await drained(sessions, async_engine, datetime(2026, 5, 22, 13, tzinfo=UTC))).sent == 3
    pacific = datetime(2026, 5, 22, 15, tzinfo=UTC)
    assert standing(sessions)[3] == ("pending", "quiet_hours", pacific)


async def test_without_rules_nobody_waits_and_service_messages_never_do(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    launched(sessions)
    with sessions.begin() as session:
        session.execute(update(Origin).values(purpose="service"))
    assert (await drained(sessions, async_engine, EVENING)).sent == 4


def test_a_name_writes_to_nobody_where_only_numbers_do_unless_a_number_stands_in(sessions: Sessions) -> None:
    campaign_id, now = draft(sessions, 3), datetime.now(UTC)
    with sessions.begin() as session:
        named = senders.create(session, name="Name", address="SHOP", channel="sms", by="t").id
        session.execute(update(Campaign).values(sender_id=named))
        assert campaigns.preview(session, campaign_id, now, channels=CHANNELS).reachable == 3
        session.execute(update(Identity).where(Identity.contact_id == 1).values(address="+12025550123"))
        with pytest.raises(Refused) as refused:
            campaigns.preview(session, campaign_id, now, channels=CHANNELS)
        assert (refused.value.code, refused.value.params["beginning"]) == ("campaign.named_sender", "+1")
        senders.create(session, name="US", address="+12025550199", channel="sms", by="t")
        settings.set_senders_by_number(session, "sms", {"+1": "+12025550199"}, by="t")
        assert campaigns.preview(session, campaign_id, now, channels=CHANNELS).reachable == 3
        settings.set_senders_by_number(session, "sms", {}, by="t")
        settings.set_allowed_numbers(session, "sms", ["+49"], by="t")
        assert campaigns.preview(session, campaign_id, now, channels=CHANNELS).reachable == 2


def test_nonsense_is_refused(sessions: Sessions) -> None:
    night = Hours(time(20), time(8))
    for wrong, code in (
        (Country("33", night, zones=("Europe/Paris",)), "price.bad_prefix"),
        (Country("+33", night, zones=("Europe/Pari",)), "setting.bad_timezone"),
        (Country("+33", night), "setting.bad_timezone"),
        (Country("+33", Hours(time(8), time(8)), zones=("Europe/Paris",)), "hours.whole_day"),
        (Country("+33", night, holidays=("13-01",), zones=("Europe/Paris",)), "country.bad_holiday"),
    ):
        with sessions.begin() as session, pytest.raises(Invalid) as refused:
            countries.put(session, wrong, by="t")
        assert refused.value.code == code
