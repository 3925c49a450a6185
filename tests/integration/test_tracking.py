"""How closely people are watched, how machines are told from them, and what they wish to hear."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from core.database import Sessions
from core.errors import Unavailable
from core.messages import Event
from core.queries import ledger, settings, statistics
from core.rules import tokens
from core.services import rejudging
from core.services.tracking import Recording
from core.tables.campaigns import Campaign
from core.tables.consent import Consent
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Delivery
from core.tables.events import Engagement, EventRow
from core.tables.suppression import Suppression
from core.tables.tallies import Tally
from core.vocabulary import EventKind
from tests.integration.campaign_factory import NOON, make_campaign
from web import recorder
from web.app import create_app
from web.doors import DOORS

KEY = b"k" * 32
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def campaign(sessions: Sessions) -> Campaign:
    with sessions.begin() as session:
        made = make_campaign(session, recipients=2)
        for delivery in session.scalars(select(Delivery)):
            delivery.state, delivery.attempt, delivery.settled_at = "sent", 1, NOON
        return made


async def test_where_tracking_is_anonymous_counts_remain_and_nobody_is_named(
    async_engine: AsyncEngine, sessions: Sessions, campaign: Campaign
) -> None:
    with sessions.begin() as session:
        settings.put(session, "tracking", "anonymous", by="test")
    await _seen(async_engine, _event(1, "a"), _event(1, "b"), _event(2, "c", link=7), _event(2, "d", link=7))
    await _seen(async_engine, _event(1, "e"))
    with sessions() as session:
        assert session.scalars(select(EventRow)).all() == []
        assert statistics.anonymous(session, campaign.id) == {EventKind.OPENED: 3, EventKind.CLICKED: 2}


async def test_a_group_whose_commit_was_never_answered_is_counted_once(
    async_engine: AsyncEngine, sessions: Sessions, campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "RETRY_SECONDS", 0.05)
    with sessions.begin() as session:
        settings.put(session, "tracking", "anonymous", by="test")
    async with _browser(async_engine, tmp_path) as browser:
        assert browser.app is not None
        door = browser.app[DOORS].recorder
        door._recording = _Unanswered(async_engine)
        picture = f"/o/{tokens.sign(KEY, tokens.OPEN, 1)}.png"
        await asyncio.gather(*(browser.get(picture, headers={"User-Agent": BROWSER}) for _ in range(5)))
        async with asyncio.timeout(20):
            while door.away or list((tmp_path / "spool").iterdir()):
                await asyncio.sleep(0.02)
        await browser.get(picture, headers={"User-Agent": BROWSER})
    with sessions() as session:
        assert statistics.anonymous(session, campaign.id) == {EventKind.OPENED: 6}


class _Unanswered(Recording):
    """Commits the first time, and says that the database is away."""

    lost = False

    async def record(self, events: Sequence[Event], group: str, *, again: bool = False) -> None:
        await super().record(events, group, again=again)
        if events and not self.lost:
            self.lost = True
            raise Unavailable("database.unavailable", what="PostgreSQL")


async def test_a_campaign_may_record_nothing_and_what_people_do_on_purpose_counts_all_the_same(
    async_engine: AsyncEngine, sessions: Sessions, campaign: Campaign
) -> None:
    with sessions.begin() as session:
        session.get_one(Campaign, campaign.id).settings = {"tracking": "off"}
    left = Event(EventKind.UNSUBSCRIBED, "web", "u", NOON, delivery_id=1)
    await _seen(async_engine, _event(1, "a"), _event(1, "b", link=7), left)
    with sessions() as session:
        assert session.scalars(select(EventRow.kind)).all() == ["unsubscribed"]
        assert session.scalars(select(Tally)).all() == []


async def test_three_links_within_two_seconds_are_a_machine_whatever_it_calls_itself(
    async_engine: AsyncEngine, sessions: Sessions, campaign: Campaign
) -> None:
    burst = [_event(1, f"m{link}", link=link, after=0.5 * link) for link in range(1, 4)]
    person = [_event(2, f"p{link}", link=link, after=20.0 * link) for link in range(1, 4)]
    thrice = [_event(1, f"late{number}", link=9, after=300 + 0.1 * number) for number in range(3)]
    await _seen(async_engine, *burst, *person, *thrice)
    assert rejudging.rejudge(sessions) == 3
    assert rejudging.rejudge(sessions) == 0, "judging twice changes nothing"
    with sessions() as session:
        judged = select(EventRow.delivery_id, EventRow.actor_rule).where(EventRow.actor == "machine").distinct()
        assert session.execute(judged).all() == [(1, "burst/1")]
        clicks = select(Engagement.delivery_id, Engagement.clicks).order_by(Engagement.delivery_id)
        assert session.execute(clicks).all() == [(1, 3), (2, 3)]
        assert session.get_one(Engagement, 1).clicked_at == NOON + timedelta(seconds=300)
        assert ledger.offences(session) == []


async def test_rules_that_came_later_judge_what_is_stored(
    async_engine: AsyncEngine, sessions: Sessions, campaign: Campaign
) -> None:
    await _seen(async_engine, _event(1, "a", agent="Mozilla/5.0 Zscaler"))
    assert rejudging.rejudge(sessions) == 1
    with sessions() as session:
        assert session.scalars(select(EventRow.actor)).all() == ["machine"]
        assert session.scalars(select(Engagement.reads)).all() == [0]
        assert session.scalars(select(Engagement.read_at)).all() == [None]


async def test_preferences_are_kept_by_channel_in_the_contacts_language(
    async_engine: AsyncEngine, sessions: Sessions, campaign: Campaign, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        delivery = session.get_one(Delivery, 1)
        session.get_one(Contact, delivery.contact_id).language = "de"
        phone = Identity(contact_id=delivery.contact_id, channel="sms", address="+491700000001", address_key=b"p" * 16)
        session.add(phone)
    path = f"/p/{tokens.sign(KEY, tokens.PREFERENCES, 1)}"
    async with _browser(async_engine, tmp_path) as browser:
        shown = await (await browser.get(path)).text()
        assert "Was Sie von uns hören möchten" in shown
        assert shown.count(" checked") == 3
        form = {"channel": ["email", "sms"], "on": ["sms"], "language": "en"}
        assert "Saved" in await (await browser.post(path, data=form)).text()
        await browser.post(path, data=form)
        assert _unsubscribed(sessions) == [("email", None)]
        await browser.post(path, data={**form, "on": ["email", "sms"]})
        assert _unsubscribed(sessions) == [("email", NOON)]
        assert (await browser.get("/p/AAAAAAAAAAAAAAAAAAAAAAAAAAAA")).status == 404
    with sessions() as session:
        records = session.execute(select(Consent.channel, Consent.given, Consent.way).order_by(Consent.id)).all()
        assert records == [("email", False, "preferences"), ("email", True, "preferences")]


def _unsubscribed(sessions: Sessions) -> list[tuple[str | None, object]]:
    with sessions() as session:
        rows = session.execute(select(Suppression.channel, Suppression.released_at)).all()
        return [(row[0], row[1]) for row in rows]


def _event(delivery_id: int, key: str, *, link: int | None = None, after: float = 0, agent: str = BROWSER) -> Event:
    return Event(
        kind=EventKind.OPENED if link is None else EventKind.CLICKED,
        provider="web",
        key=key,
        at=NOON + timedelta(seconds=after),
        delivery_id=delivery_id,
        link_id=link,
        details={"actor": "person", "actor_rule": "agent/2", "agent": agent},
    )


async def _seen(engine: AsyncEngine, *events: Event) -> None:
    recording = Recording(engine)
    for event in events:
        await recording.record([event], event.key)
    await recording.close()


@asynccontextmanager
async def _browser(engine: AsyncEngine, path: Path) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = create_app(engine, key=KEY, spool=path / "spool", clock=lambda: NOON)
    async with TestClient(TestServer(app)) as client:
        yield client
