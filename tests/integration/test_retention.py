"""Old records are forgotten step by step, and every figure stays what it was."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

import config
from core.database import Sessions
from core.errors import Invalid
from core.messages import Event
from core.queries import ledger, statistics
from core.queries import retention as queries
from core.rules.retention import Kept
from core.services import events, retention
from core.tables.attempts import Attempt
from core.tables.audit import AuditEntry
from core.tables.campaigns import Campaign, Origin
from core.tables.contents import Link
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.tables.imports import Import, ImportRefusal
from core.vocabulary import CampaignState, DeliveryState, EventKind
from tests.integration.campaign_factory import NOON, make_campaign
from tests.integration.panel.people import Person

LONG_AFTER = NOON + timedelta(days=500)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "STEP", 2)


async def test_figures_stay_when_single_opens_and_clicks_are_forgotten(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    campaign_id, link_id = ended(sessions)
    await happen(async_engine, link_id, "early")
    before = figures(sessions, campaign_id)
    walk(sessions)
    with sessions() as session:
        assert session.scalar(select(func.count(EventRow.id))) == 0
    assert figures(sessions, campaign_id) == before
    assert before[1][0].clicks == 4
    assert before[1][0].clickers == 3
    assert before[2] == {EventKind.CLICKED: 1}
    walk(sessions)
    assert figures(sessions, campaign_id) == before


async def test_what_comes_later_is_added(sessions: Sessions, async_engine: AsyncEngine) -> None:
    campaign_id, link_id = ended(sessions)
    await happen(async_engine, link_id, "early")
    walk(sessions)
    late = [Event(EventKind.CLICKED, "web", "late", LONG_AFTER, 4, link_id=link_id)]
    async with async_engine.begin() as connection:
        await events.record(connection, late)
    shown, links, _machines = figures(sessions, campaign_id)
    assert (shown.clicks, shown.clickers) == (5, 4)
    assert (links[0].clicks, links[0].clickers) == (5, 4)
    with sessions() as session:
        assert ledger.offences(session) == []


async def test_what_is_young_or_still_sent_stays(sessions: Sessions, async_engine: AsyncEngine) -> None:
    _campaign_id, link_id = ended(sessions)
    await happen(async_engine, link_id, "young")
    walk(sessions, NOON + timedelta(days=399))
    with sessions.begin() as session:
        assert session.scalar(select(func.count(EventRow.id))) == 6
        session.execute(update(Origin).values(open=True))
    walk(sessions)
    with sessions() as session:
        assert session.scalar(select(func.count(EventRow.id))) == 6


def test_words_of_servers_go_and_reasons_stay(sessions: Sessions) -> None:
    ended(sessions)
    with sessions.begin() as session:
        session.execute(update(Delivery).values(said="550 no such user anna@example.org", reason="in_doubt"))
        session.execute(update(Delivery).where(Delivery.id == 5).values(settled_at=LONG_AFTER))
        tried = {"delivery_id": 1, "number": 1, "outcome": "refused", "said": "550 anna@example.org"}
        session.execute(insert(Attempt), [{**tried, "at": NOON}, {**tried, "at": LONG_AFTER}])
    walk(sessions)
    with sessions() as session:
        said = list(session.scalars(select(Delivery.said).order_by(Delivery.id)))
        assert said == [None, None, None, None, "550 no such user anna@example.org"]
        assert session.scalar(select(func.count(Delivery.id)).where(Delivery.reason == "in_doubt")) == 5
        assert list(session.scalars(select(Attempt.said).order_by(Attempt.id))) == [None, "550 anna@example.org"]


def test_words_in_reports_go_and_what_was_read_from_them_stays(sessions: Sessions) -> None:
    said = "550 no such user anna@example.org"
    with sessions.begin() as session:
        for number, at in enumerate((NOON, NOON, NOON, LONG_AFTER)):
            details = {"said": said, "reason": "not_a_mobile"} if number else {"reason": "not_a_mobile"}
            told = {"provider": "m", "key": str(number), "at": at, "recorded_at": at, "details": details}
            session.add(EventRow(kind="bounced", bounce="address", **told))
    walk(sessions)
    with sessions() as session:
        kept = session.execute(select(EventRow.bounce, EventRow.details).order_by(EventRow.key)).all()
        assert {bounce for bounce, _ in kept} == {"address"}
        assert [details.pop("said", None) for _, details in kept] == [None, None, None, said]
        assert [details for _, details in kept] == [{"reason": "not_a_mobile"}] * 4


def test_refused_rows_and_the_audit_have_their_own_times(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for days in (0, 499):
            at = NOON + timedelta(days=days)
            made = Import(filename="x", created_by="t", created_at=at, finished_at=at)
            session.add(made)
            session.flush()
            for row in range(5):
                session.add(ImportRefusal(import_id=made.id, row=row, code="c", cells=["anna@example.org"]))
            session.add(AuditEntry(at=at, actor="t", action="x", subject="y"))
        retention.keep(session, Kept.AUDIT, 365, by="test")
    walk(sessions)
    with sessions() as session:
        assert list(session.scalars(select(ImportRefusal.import_id).distinct())) == [2]
        assert list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))) == ["x", "set"]


def test_nought_keeps_for_ever_and_too_short_a_time_is_refused(sessions: Sessions) -> None:
    ended(sessions)
    with sessions.begin() as session:
        session.execute(update(Delivery).values(said="kept"))
        retention.keep(session, Kept.WORDS, 0, by="test")
        with pytest.raises(Invalid):
            retention.keep(session, Kept.AUDIT, 3, by="test")
    walk(sessions)
    with sessions() as session:
        assert session.scalar(select(func.count(Delivery.id)).where(Delivery.said == "kept")) == 5


def test_the_panel_shows_each_kind_and_changes_it(administrator: Person, sessions: Sessions) -> None:
    page = "/settings/retention/"
    assert page in administrator.get("/settings/").text
    assert "Single opens and clicks" in administrator.get(page).text
    times: dict[str, Any] = {"provider_words": 30, "opens_and_clicks": 0, "refused_rows": 5, "uploads": 3, "audit": 400}
    assert administrator.post(page, **times).status_code == 302
    with sessions() as session:
        assert {kind.value: retention.days(session, kind) for kind in Kept} == times
    assert administrator.post(page, **{**times, "audit": 1}).status_code == 200
    with sessions() as session:
        assert retention.days(session, Kept.AUDIT) == 400


def ended(sessions: Sessions) -> tuple[int, int]:
    """A campaign to five, sent and ended at NOON, with a link."""
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=5)
        campaign.state, campaign.finished_at = CampaignState.SENT, NOON
        link = Link(content_id=campaign.content_id, position=1, url="https://shop.example/")
        session.add(link)
        session.execute(update(Origin).values(open=False, created_at=NOON))
        sent = {"state": DeliveryState.SENT, "attempt": 1, "settled_at": NOON, "created_at": NOON}
        session.execute(update(Delivery).values(**sent))
        session.flush()
        return session.scalars(select(Campaign.id)).one(), link.id


async def happen(engine: AsyncEngine, link_id: int, key: str) -> None:
    """Four clicks of three people, one of a machine, and an open."""
    clicks = [(1, {}), (1, {}), (2, {}), (3, {}), (5, {"actor": "machine"})]
    told = [
        Event(EventKind.CLICKED, "web", f"{key}{number}", NOON, delivery_id, link_id=link_id, details=details)
        for number, (delivery_id, details) in enumerate(clicks)
    ]
    async with engine.begin() as connection:
        await events.record(connection, [*told, Event(EventKind.OPENED, "web", f"{key}open", NOON, 4)])


def figures(
    sessions: Sessions, campaign_id: int
) -> tuple[statistics.Figures, list[statistics.LinkFigures], dict[EventKind, int]]:
    with sessions() as session:
        assert ledger.offences(session) == []
        return (
            statistics.figures(session, campaign_id),
            statistics.links(session, campaign_id),
            statistics.machines(session, campaign_id),
        )


def walk(sessions: Sessions, now: datetime = LONG_AFTER) -> None:
    going = retention.Round()
    for _step in range(200):
        if not going.step(sessions, now):
            return
    raise AssertionError("it never ends")


@pytest.fixture
def app(settings: config.Settings, sessions: Sessions) -> Flask:
    from admin.app import create_app
    from tests.integration.panel.people import KEYS

    return create_app(settings, KEYS, sessions)


@pytest.fixture
def administrator(app: Flask) -> Person:
    from admin.app import first_login

    login = first_login(app)
    assert login
    person = Person(app)
    assert person.log_in(*login).status_code == 302
    return person
