"""The way from pending to sent, over a scripted channel and a real database."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.database import Sessions
from core.hot import Statement, as_array
from core.messages import Accepted, Content, Deferred, Message, Outcome, Refused, Sender, Settled, Unknown, Unsent
from core.queries import deliveries, gates
from core.queries.liveness import alive
from core.services.claims import Claims
from core.services.dispatcher import Drain, Drained
from core.services.reaper import bring_back_expired
from core.tables.attempts import Attempt
from core.tables.campaigns import Campaign
from core.tables.deliveries import Batch, Delivery
from core.tables.pacing import DailyLimit
from core.tables.suppression import Suppression
from core.vocabulary import BounceClass, DeliveryState, GateScope, Reason
from tests.integration.campaign_factory import NOON, make_campaign
from tests.integration.limits import limited
from tests.integration.scripted_channel import ScriptedChannel


def content(content_id: int, origin_id: int) -> Content:
    return Content(
        content_id, "Hello", None, "Hi", Sender("Shop", "news@shop.example"), origin_id, "marketing", "l", "L"
    )


def drain(
    engine: AsyncEngine, channel: ScriptedChannel, *, limit: int = 10_000, size: int = 200, now: datetime = NOON
) -> Drain:
    """Without a limit where the answer itself waits for rows: this loop's own claim might hold the day's."""
    slots = limited(engine, limit, now) if limit else None
    claims = Claims("email", holder="one", size=size, clock=lambda: now, limit=slots)
    return Drain(engine, channel, content=content, holder="one", clock=lambda: now, claims=claims)


def launched(sessions: Sessions, recipients: int) -> Campaign:
    with sessions.begin() as session:
        return make_campaign(session, recipients=recipients)


def states(sessions: Sessions) -> dict[str, int]:
    with sessions() as session:
        rows = session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
        return {row[0]: row[1] for row in rows}


async def test_everybody_gets_exactly_one_message(sessions: Sessions, async_engine: AsyncEngine) -> None:
    launched(sessions, 430)
    channel = ScriptedChannel()
    drained = await drain(async_engine, channel).run()
    assert drained.sent == 430
    assert max(Counter(message.address for message in channel.taken).values()) == 1
    assert states(sessions) == {"sent": 430}
    with sessions() as session:
        assert session.scalar(select(func.count(Batch.id))) == 0


async def test_two_drains_at_once_send_nothing_twice(sessions: Sessions, async_engine: AsyncEngine) -> None:
    launched(sessions, 600)
    one, two = ScriptedChannel(), ScriptedChannel()
    await asyncio.gather(drain(async_engine, one, size=60).run(), drain(async_engine, two, size=60).run())
    assert len(one.taken) + len(two.taken) == 600
    assert len({message.delivery_id for message in one.taken + two.taken}) == 600
    assert states(sessions) == {"sent": 600}


async def test_the_daily_limit_is_never_exceeded_and_the_rest_waits(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    launched(sessions, 300)
    drains = [drain(async_engine, ScriptedChannel(), limit=120, size=50) for _ in range(4)]
    done = await asyncio.gather(*(one.run() for one in drains))
    assert sum(one.sent for one in done) == 120
    tomorrow = await drain(async_engine, ScriptedChannel(), limit=120, now=NOON + timedelta(days=1)).run()
    assert tomorrow.sent == 120
    assert states(sessions) == {"sent": 240, "pending": 60}


async def test_slots_that_were_not_used_are_given_back(sessions: Sessions, async_engine: AsyncEngine) -> None:
    launched(sessions, 30)
    await drain(async_engine, ScriptedChannel(lambda _: Unsent("connection lost")), limit=100).run()
    with sessions() as session:
        assert set(session.scalars(select(DailyLimit.taken))) == {0}


async def test_each_outcome_moves_its_delivery(sessions: Sessions, async_engine: AsyncEngine) -> None:
    launched(sessions, 5)
    answers: list[Outcome] = [
        Accepted("250 ok"),
        Refused(Reason.RECIPIENT_SERVER_REFUSED, "550 no such user", BounceClass.ADDRESS),
        Deferred("451 later"),
        Unsent("connection lost"),
        Unknown("connection lost after the dot"),
    ]
    given = iter(answers)

    def answer(_: Message) -> Outcome:
        return next(given)

    await drain(async_engine, ScriptedChannel(answer)).run()
    with sessions() as session:
        rows = session.execute(select(Delivery.state, Delivery.reason, Delivery.due_at).order_by(Delivery.id)).all()
        assert [(state, reason) for state, reason, _ in rows] == [
            ("sent", None),
            ("failed", "recipient_server_refused"),
            ("pending", "retry_later"),
            ("pending", "retry_later"),
            ("in_doubt", "in_doubt"),
        ]
        assert rows[2].due_at > NOON + timedelta(seconds=59)
        assert session.scalar(select(func.count(Attempt.id))) == 4
        assert session.scalar(select(Suppression.list)) == "general"


async def test_a_suppression_in_mid_campaign_stops_what_is_still_queued(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    launched(sessions, 10)
    with sessions.begin() as session:
        key = session.scalar(select(Delivery.address_key).order_by(Delivery.id).limit(1))
        session.add(Suppression(list="unsubscribed", channel="email", address_key=key, source="link"))
    channel = ScriptedChannel()
    await drain(async_engine, channel).run()
    assert len(channel.taken) == 9
    assert states(sessions) == {"sent": 9, "skipped": 1}


async def test_a_pause_holds_within_one_group(sessions: Sessions, async_engine: AsyncEngine) -> None:
    campaign = launched(sessions, 400)

    def answer(message: Message) -> Outcome:
        if message.delivery_id == 60:
            with sessions.begin() as session:
                gates.close(session, GateScope.CAMPAIGN, str(campaign.id), reason="paused", by="test")
        return Accepted()

    channel = ScriptedChannel(answer)
    await drain(async_engine, channel, size=400).run()
    assert len(channel.taken) <= 200
    assert states(sessions) == {"sent": len(channel.taken), "pending": 400 - len(channel.taken)}
    with sessions.begin() as session:
        gates.open_again(session, GateScope.CAMPAIGN, str(campaign.id))
    await drain(async_engine, ScriptedChannel()).run()
    assert states(sessions) == {"sent": 400}


async def test_what_a_dead_worker_left_comes_back_or_is_in_doubt(sessions: Sessions, async_engine: AsyncEngine) -> None:
    launched(sessions, 3)
    with sessions.begin() as session:
        session.execute(update(Delivery).values(state=DeliveryState.CLAIMED, generation=1, attempt=1))
        session.execute(update(Delivery).where(Delivery.id == 1).values(state=DeliveryState.SENDING))
        past = datetime.now(UTC) - timedelta(minutes=5)
        session.add(Batch(origin_id=1, holder="dead", lease_until=past, delivery_ids=[1, 2, 3]))
    assert bring_back_expired(sessions, NOON) == 3
    assert states(sessions) == {"in_doubt": 1, "pending": 2}
    channel = ScriptedChannel()
    await drain(async_engine, channel).run()
    assert states(sessions) == {"in_doubt": 1, "sent": 2}


async def test_a_stale_worker_sends_nothing_twice_and_its_answers_settle_the_doubt(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    launched(sessions, 120)
    channel = ScriptedChannel()
    stale = drain(async_engine, channel, size=120, limit=0)

    def answer(_: Message) -> Outcome:
        with sessions.begin() as session:
            session.execute(update(Batch).values(lease_until=datetime.now(UTC) - timedelta(minutes=5)))
        bring_back_expired(sessions, NOON)
        return Accepted()

    channel._answer = answer
    await stale.run()
    assert len({message.delivery_id for message in channel.taken}) == len(channel.taken) == 120
    assert states(sessions) == {"sent": 120}


async def test_updates_of_the_hot_path_stay_in_their_page(sessions: Sessions, async_engine: AsyncEngine) -> None:
    """In one batch: the snapshot of another claim keeps old versions, on a busy machine for as long as it likes."""
    launched(sessions, 500)
    with sessions.begin() as session:
        session.execute(text("SELECT pg_stat_reset_single_table_counters('deliveries'::regclass)"))
    drained: Drained = await drain(async_engine, ScriptedChannel(), size=500).run()
    assert drained.sent == 500
    await async_engine.dispose()
    updated, hot = await _updates_of_deliveries(sessions, 1500)
    assert updated >= 1500
    assert hot >= 0.9 * updated


async def _updates_of_deliveries(sessions: Sessions, least: int) -> tuple[int, int]:
    """All, and those within their page; a server process tells of its own when it ends, which takes a moment."""
    counted = text("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'deliveries'")
    updated = hot = 0
    for _ in range(200):
        with sessions() as session:
            updated, hot = session.execute(counted).one()
        if updated >= least:
            break
        await asyncio.sleep(0.05)
    return updated, hot


def test_a_turn_looks_for_leases_once_however_many_it_marks(sessions: Sessions) -> None:
    launched(sessions, 20)
    turn = Statement(deliveries.turn("email"))
    with sessions.begin() as session:
        ids = list(session.scalars(update(Delivery).values(state=DeliveryState.CLAIMED).returning(Delivery.id)))
        origin_id = session.scalars(select(Delivery.origin_id)).first()
        batch = Batch(origin_id=origin_id, holder="one", delivery_ids=ids, lease_until=datetime.now(UTC) + timedelta(1))
        session.add(batch)
        session.flush()
        marked = {"ids": as_array(ids), "generations": as_array([0] * 20), "batch_ids": as_array([batch.id] * 20)}
        nothing = {"accepted_ids": "{}", "saids": "{}", "now": NOON}
        explain = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) "
        lines = session.connection().exec_driver_sql(explain + turn.text, {**nothing, **marked}).scalars().all()
    assert [line.split("loops=")[1] for line in lines if " on batches" in line] == ["1)"]
    assert states(sessions) == {"sending": 20}


async def test_what_a_server_said_is_kept_letter_by_letter(sessions: Sessions, async_engine: AsyncEngine) -> None:
    words = ['2.0.0 "ok" {yes, no}', "back\\slash", "", "NULL", "größe %s %(x)s"]
    launched(sessions, len(words))
    said = iter(words)
    await drain(async_engine, ScriptedChannel(lambda _: Accepted(next(said)))).run()
    with sessions() as session:
        assert list(session.scalars(select(Delivery.said).order_by(Delivery.id))) == words


async def test_what_a_killed_worker_held_comes_back_before_its_lease_is_past(
    sessions: Sessions, engine: Engine
) -> None:
    launched(sessions, 2)
    future = datetime.now(UTC) + timedelta(minutes=5)
    with sessions.begin() as session:
        session.execute(update(Delivery).values(state=DeliveryState.CLAIMED, generation=1, attempt=1))
        session.add(Batch(origin_id=1, holder="one", lease_until=future, delivery_ids=[1, 2]))
    with alive(engine, "one"):
        assert bring_back_expired(sessions, NOON) == 0
    async with asyncio.timeout(30):  # PostgreSQL hears of the connection's end in its own time
        while not bring_back_expired(sessions, NOON):
            await asyncio.sleep(0.05)
    assert states(sessions) == {"pending": 2}


async def test_answers_of_every_kind_settle_a_doubt_that_came_too_early(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    launched(sessions, 2)
    answers: list[Outcome] = [Refused(Reason.RECIPIENT_SERVER_REFUSED, "550 no"), Deferred("451 later")]
    given = iter(answers)

    def answer(_: Message) -> Outcome:
        bring_back_expired(sessions, NOON)
        return next(given)

    await drain(async_engine, ScriptedChannel(answer)).run()
    assert states(sessions) == {"failed": 1, "pending": 1}


async def test_what_comes_back_while_the_database_is_away_is_recorded_once_it_is_there(
    sessions: Sessions, async_engine: AsyncEngine, engine: Engine
) -> None:
    launched(sessions, 300)

    def answer(message: Message) -> Outcome:
        if message.delivery_id == 60:
            with engine.connect() as connection:
                connection.execute(text(OTHERS_OUT))
        return Accepted()

    channel = ScriptedChannel(answer)
    await drain(async_engine, channel).run()
    assert states(sessions) == {"sent": len(channel.taken), "pending": 300 - len(channel.taken)}
    await drain(async_engine, channel).run()
    assert states(sessions) == {"sent": 300}
    assert len({message.delivery_id for message in channel.taken}) == len(channel.taken) == 300


OTHERS_OUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


async def test_what_a_provider_leaves_without_a_word_is_in_doubt(sessions: Sessions, async_engine: AsyncEngine) -> None:
    launched(sessions, 3)

    class Silent(ScriptedChannel):
        async def deliver(self, groups: AsyncIterator[Sequence[Message]]) -> AsyncIterator[Sequence[Settled]]:
            async for group in groups:
                yield [(group[0].delivery_id, Accepted())]
                return

    await asyncio.wait_for(drain(async_engine, Silent()).run(), 20)
    assert states(sessions) == {"sent": 1, "in_doubt": 2}
