"""The daily limit over real rows: closed once, held by eight workers at once, blocked at once, released by a person."""

import asyncio
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import Refused as NotAllowed
from core.hot import hot_connection
from core.messages import Refused
from core.queries import due, forecast, gates, statistics, waits
from core.queries import pacing as queries
from core.queries.limits import scopes
from core.rules.forecast import Forecast
from core.services import pacing
from core.services.claims import Claims
from core.services.dispatcher import Drain, Drained
from core.services.slots import Limit, Slots, Whose
from core.tables.audit import AuditEntry
from core.tables.campaigns import Campaign, Origin, SenderRow
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.tables.pacing import DailyLimit
from core.vocabulary import BounceClass, Reason
from tests.integration.campaign_factory import NOON, make_campaign, make_sender
from tests.integration.limits import BERLIN
from tests.integration.scripted_channel import ScriptedChannel
from tests.integration.test_dispatcher import content

TODAY = date(2026, 5, 20)
MIDNIGHT = datetime(2026, 5, 21, tzinfo=BERLIN)


def opened(sessions: Sessions, now: datetime = NOON) -> None:
    with sessions.begin() as session:
        pacing.open_today(session, now)


def limit(sessions: Sessions, now: datetime = NOON) -> Limit:
    with sessions() as session:
        return pacing.limit(session, partial(opened, sessions, now), now)


def row(session: Session, scope: str = "account", day: date = TODAY) -> DailyLimit:
    return session.scalars(queries.of_day(scope, day)).one()


def used(session: Session, slots: int, *, day: date = TODAY) -> None:
    session.execute(update(DailyLimit).where(DailyLimit.day == day).values(taken=slots))


async def drained(
    sessions: Sessions, engine: AsyncEngine, now: datetime = NOON, channel: ScriptedChannel | None = None
) -> Drained:
    claims = Claims("email", holder="one", size=50, clock=lambda: now, limit=limit(sessions, now))
    sending = channel or ScriptedChannel()
    return await Drain(engine, sending, content=content, holder="one", clock=lambda: now, claims=claims).run()


def complained(session: Session, count: int, at: datetime) -> None:
    ids = session.scalars(select(Delivery.id).limit(count)).all()
    rows = [{"kind": "complained", "provider": "t", "key": f"{at}{id_}", "delivery_id": id_} for id_ in ids]
    session.execute(insert(EventRow), [{**one, "at": at, "recorded_at": at} for one in rows])


def test_a_used_day_doubles_the_next_and_closing_it_twice_changes_nothing(sessions: Sessions) -> None:
    with sessions.begin() as session:
        make_sender(session)
    opened(sessions)
    with sessions.begin() as session:
        used(session, 950)
        first = pacing.close_day(session, "account", TODAY)
        assert (first.ceiling, first.action, first.reason) == (2000, "up", "used")
        assert first.inputs["used"] == 950
    with sessions.begin() as session:
        session.execute(update(DailyLimit).where(DailyLimit.day == TODAY).values(taken=10, counted=None))
        again = pacing.close_day(session, "account", TODAY)
        assert (again.ceiling, again.decided_at) == (2000, first.decided_at)
        assert session.scalar(select(func.count()).select_from(DailyLimit)) == 3


def test_days_without_anybody_there_are_closed_one_by_one(sessions: Sessions) -> None:
    opened(sessions)
    opened(sessions, NOON + timedelta(days=4))
    with sessions() as session:
        rows = queries.last_days(session, "account", 10)
        assert [(one.ceiling, one.reason) for one in rows] == [(1000, "unused")] * 4 + [(1000, "first")]


async def test_the_lower_of_account_and_sender_holds(sessions: Sessions, async_engine: AsyncEngine) -> None:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=120)
        session.add(SenderRow(name="Other", address="other@shop.example"))
    opened(sessions)
    with sessions.begin() as session:
        pacing.set_limit(session, 70, scope=f"sender:{campaign.sender_id}", by="test", now=NOON)
    assert (await drained(sessions, async_engine)).sent == 70
    with sessions() as session:
        assert (row(session).taken, row(session, f"sender:{campaign.sender_id}").taken) == (70, 70)
        assert due.channels_to_drain(session, NOON) == []


def test_a_limit_below_what_has_left_today_holds_from_tomorrow_on(sessions: Sessions) -> None:
    opened(sessions)
    with sessions.begin() as session:
        used(session, 640)
        pacing.set_limit(session, 50, by="test", now=NOON)
        assert (row(session).ceiling, row(session).meant) == (640, 50)
    opened(sessions, NOON + timedelta(days=1))
    with sessions.begin() as session:
        assert row(session, day=date(2026, 5, 21)).ceiling == 100, "doubled from what was meant, not from what had left"
        pacing.set_limit(session, 700, by="test", now=NOON + timedelta(days=1))
        assert row(session, day=date(2026, 5, 21)).meant is None
        pacing.set_bounds(session, floor=10, cap=60, by="test", now=NOON + timedelta(days=1))
        assert row(session, day=date(2026, 5, 21)).ceiling == 60


def test_the_only_sender_has_the_accounts_limit_and_a_new_one_begins_at_the_start(sessions: Sessions) -> None:
    with sessions.begin() as session:
        make_sender(session)
        pacing.set_limit(session, 9000, by="test", now=NOON)
        session.add(SenderRow(name="New", address="new@shop.example"))
        session.flush()
        pacing.open_today(session, NOON)
        assert [row(session, scope).ceiling for scope in scopes(session)] == [9000, 9000, 1000]


async def test_eight_workers_at_once_never_take_one_slot_too_many(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    with sessions.begin() as session:
        sender_id = make_sender(session)
    opened(sessions)
    with sessions.begin() as session:
        pacing.set_limit(session, 997, by="test", now=NOON)
    shared = limit(sessions)

    async def worker(number: int) -> int:
        mine, taken = Slots(shared, NOON), 0
        async with hot_connection(async_engine) as connection:
            for turn in range(60):
                async with connection.transaction():
                    got = await mine.take(connection, Whose("marketing", sender_id), 7 + number, NOON)
                if got and turn % 5 == 0:
                    await mine.give_back(connection, Whose("marketing", sender_id), 1)
                    got -= 1
                taken += got
        return taken

    assert sum(await asyncio.gather(*map(worker, range(8)))) == 997
    with sessions() as session:
        assert set(session.scalars(select(DailyLimit.taken))) == {997}


async def test_a_reserve_is_kept_for_service_mail(sessions: Sessions, async_engine: AsyncEngine) -> None:
    opened(sessions)
    with sessions.begin() as session:
        pacing.set_reserve(session, 100, by="test")
    mine = Slots(limit(sessions), NOON)
    async with hot_connection(async_engine) as connection:
        assert await mine.take(connection, Whose("marketing", None), 2000, NOON) == 900
        assert await mine.take(connection, Whose("marketing", None), 10, NOON) == 0
        assert await mine.take(connection, Whose("service", None), 2000, NOON) == 100


async def test_shortly_before_midnight_nothing_more_is_claimed(sessions: Sessions, async_engine: AsyncEngine) -> None:
    with sessions.begin() as session:
        make_campaign(session, recipients=5)
    assert (await drained(sessions, async_engine, MIDNIGHT - timedelta(seconds=5))).sent == 0
    assert (await drained(sessions, async_engine, MIDNIGHT)).sent == 5
    with sessions() as session:
        assert row(session, day=date(2026, 5, 21)).taken == 5


async def test_what_was_left_over_goes_before_anything_newer(sessions: Sessions, async_engine: AsyncEngine) -> None:
    with sessions.begin() as session:
        old = make_campaign(session, recipients=150)
        pacing.set_limit(session, 100, by="test", now=NOON)
    await drained(sessions, async_engine)
    tomorrow = NOON + timedelta(days=1)
    with sessions.begin() as session:
        new = make_campaign(session, recipients=150, name="newer")
        session.execute(update(Campaign).where(Campaign.id == new.id).values(launched_at=tomorrow))
        pacing.open_today(session, tomorrow)
        session.execute(update(DailyLimit).where(DailyLimit.day > TODAY).values(ceiling=60))
    await drained(sessions, async_engine, tomorrow)
    with sessions() as session:
        sent = dict(
            session.execute(
                select(Delivery.origin_id, func.count()).where(Delivery.state == "sent").group_by(Delivery.origin_id)
            ).all()
        )
        assert sent == {old.origin_id: 150, new.origin_id: 10}


@pytest.mark.parametrize(("reserve", "taken"), [(0, 1000), (100, 900)])
def test_the_order_outlasts_a_reserve_and_days_on_which_nothing_could_go(
    sessions: Sessions, reserve: int, taken: int
) -> None:
    with sessions.begin() as session:
        pacing.set_reserve(session, reserve, by="test")
    opened(sessions)
    assert limit(sessions).leftover_before is None
    with sessions.begin() as session:
        used(session, taken)
    for day in (1, 2, 3):
        later = NOON + timedelta(days=day)
        opened(sessions, later)
        assert limit(sessions, later).leftover_before == MIDNIGHT


async def test_a_day_on_which_all_is_refused_blocks_at_once_and_a_person_releases_it(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    with sessions.begin() as session:
        make_campaign(session, recipients=260)
    refusing = ScriptedChannel(lambda _: Refused(Reason.RECIPIENT_SERVER_REFUSED, "550 no", BounceClass.CONTENT))
    await drained(sessions, async_engine, channel=refusing)
    with sessions.begin() as session:
        assert pacing.block_at_once(session, NOON) == ["account", "sender:1"]
        assert pacing.block_at_once(session, NOON) == []
        campaign = make_campaign(session, recipients=5, name="after")
        assert [gate.reason for gate in gates.before(session, campaign, NOON)] == ["blocked_by_errors"] * 2
        assert campaign.origin_id in session.scalars(gates.barred_origins("email")).all()
        session.execute(update(Origin).where(Origin.id == campaign.origin_id).values(purpose="service"))
        assert campaign.origin_id not in session.scalars(gates.barred_origins("email")).all()
    with sessions.begin() as session:
        pacing.release(session, "account", by="operator:1", now=NOON)
        assert pacing.block_at_once(session, NOON) == []
        with pytest.raises(NotAllowed, match=r"limit\.not_blocked"):
            pacing.release(session, "account", by="operator:1", now=NOON)
    with sessions() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == "limit:account")).all()
        assert actions == ["block", "release"]


async def test_complaints_count_on_the_day_they_come_in(sessions: Sessions, async_engine: AsyncEngine) -> None:
    with sessions.begin() as session:
        make_campaign(session, recipients=250)
    await drained(sessions, async_engine)
    tomorrow = NOON + timedelta(days=1)
    with sessions.begin() as session:
        complained(session, 1, tomorrow)
    opened(sessions, NOON + timedelta(days=2))
    with sessions() as session:
        assert row(session, day=date(2026, 5, 21)).reason == "unused"
        after = row(session, day=date(2026, 5, 22))
        assert (after.action, after.reason, after.ceiling) == ("halve", "complaints", 500)
        assert (after.inputs["complaints"], after.inputs["base"]) == (1, 250)


async def test_tests_use_slots_and_count_in_no_share(sessions: Sessions, async_engine: AsyncEngine) -> None:
    opened(sessions)
    mine = Slots(limit(sessions), NOON)
    async with hot_connection(async_engine) as connection:
        await mine.take(connection, Whose("test", None), 10, NOON)
        await mine.take(connection, Whose("marketing", None), 30, NOON)
        await mine.give_back(connection, Whose("test", None), 2)
    with sessions.begin() as session:
        assert (row(session).taken, row(session).tests) == (38, 8)
        assert pacing.look(session, "account", TODAY).attempts == 30


async def test_a_campaign_that_the_limit_holds_says_until_when_and_when_it_is_done(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=120)
    opened(sessions)

    def waited() -> list[waits.Wait]:
        with sessions() as session:
            return waits.of_campaign(session, campaign, statistics.figures(session, campaign.id), NOON)

    assert waited() == []
    with sessions.begin() as session:
        pacing.set_limit(session, 50, scope=f"sender:{campaign.sender_id}", by="test", now=NOON)
        pacing.set_reserve(session, 10, by="test")
    await drained(sessions, async_engine)
    assert [(one.reason, one.until) for one in waited()] == [("daily_limit", MIDNIGHT)]


async def test_a_campaign_says_when_it_is_done_at_the_pace_of_its_last_day(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=120)
    opened(sessions)

    def foretold(now: datetime) -> Forecast | None:
        with sessions() as session:
            return forecast.of_campaign(session, campaign, statistics.figures(session, campaign.id), now)

    assert foretold(NOON) is None
    with sessions.begin() as session:
        pacing.set_limit(session, 50, scope=f"sender:{campaign.sender_id}", by="test", now=NOON)
        pacing.set_reserve(session, 10, by="test")
    assert foretold(NOON) == Forecast(120, date(2026, 5, 22))
    await drained(sessions, async_engine)
    with sessions.begin() as session:
        sent = select(Delivery.id).where(Delivery.state == "sent").order_by(Delivery.id.desc()).limit(1)
        for_half_an_hour = {"settled_at": NOON + timedelta(minutes=30)}
        session.execute(update(Delivery).where(Delivery.state == "sent").values(settled_at=NOON))
        session.execute(update(Delivery).where(Delivery.id == session.scalar(sent)).values(for_half_an_hour))
    done = datetime(2026, 5, 22, 0, 30, tzinfo=BERLIN)
    assert foretold(NOON + timedelta(hours=1)) == Forecast(80, date(2026, 5, 22), done)
    with sessions() as session:
        assert forecast.of_account(session, NOON) == Forecast(80, date(2026, 5, 20), NOON + timedelta(hours=1))
    with sessions.begin() as session:
        unsent = update(Delivery).where(Delivery.state == "pending")
        session.execute(unsent.values(state="awaiting_consent", reason="consent_missing"))
    assert foretold(NOON + timedelta(hours=1)) is None, "who waits for consent does not wait for the limit"
    with sessions() as session:
        assert forecast.of_account(session, NOON) is None
