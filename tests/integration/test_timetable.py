"""What a tick of the scheduler does, over a real database."""

import pytest
from sqlalchemy import Engine, delete, func, select, update

import config
from config.keys import Keys
from core.database import Sessions
from core.queries import audience
from core.services import recipients
from core.services import segments as making
from core.tables.campaigns import Campaign, Origin
from core.tables.deliveries import Delivery
from core.tables.leases import Lease
from core.vocabulary import CampaignState
from tests.integration.campaign_factory import NOON, make_campaign
from workers.installation import Installation
from workers.timetable import tick


class Heard:
    """A core.ports.Bell that remembers."""

    def __init__(self) -> None:
        self.rings: list[tuple[str, int | str]] = []

    def ring(self, job: str, *arguments: int | str) -> None:
        self.rings.append((job, *arguments))  # type: ignore[arg-type]


@pytest.fixture
def installation(settings: config.Settings, engine: Engine, sessions: Sessions) -> Installation:
    keys = Keys(addresses=b"a" * 32, signing=b"s" * 32)
    return Installation(settings, keys, engine, sessions, settings.database_url or "", settings.redis_url or "")


def _launched(sessions: Sessions, contacts: int) -> int:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=contacts, prepared=False)
        session.execute(delete(Delivery))
        everybody = making.create_dynamic(session, name="All", expression={"all": []}, by="test").id
        campaign.audience = audience.frozen(session, [everybody], [], NOON)
        return campaign.id


def _deliveries(sessions: Sessions) -> dict[str, int]:
    with sessions() as session:
        counted = session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
        return {row[0]: row[1] for row in counted}


def test_a_new_campaign_begins_with_the_tick_and_is_sent_before_it_is_prepared(
    installation: Installation, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipients, "FIRST_CHUNK", 3)
    campaign_id = _launched(sessions, 7)
    bell = Heard()
    tick(installation, bell)
    assert _deliveries(sessions) == {"pending": 3}
    assert bell.rings == [("drain", "email"), ("prepare", campaign_id)]
    tick(installation, bell)
    assert _deliveries(sessions) == {"pending": 3}, "the rest is a worker's"
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Lease)) == 0


def test_whoever_has_not_agreed_is_asked_from_the_first_tick_on(installation: Installation, sessions: Sessions) -> None:
    campaign_id = _launched(sessions, 7)
    with sessions.begin() as session:
        session.get_one(Campaign, campaign_id).consent_required = True
    tick(installation, Heard())
    with sessions() as session:
        standing = session.execute(
            select(Origin.kind, Delivery.state, func.count())
            .join(Delivery, Delivery.origin_id == Origin.id)
            .group_by(Origin.kind, Delivery.state)
        )
        assert {tuple(row) for row in standing} == {("campaign", "awaiting_consent", 7), ("consent", "pending", 7)}


def test_a_cancelled_campaign_holds_up_no_other_that_is_launched_meanwhile(
    installation: Installation, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipients, "CHUNK", 10)
    with sessions.begin() as session:
        cancelled = make_campaign(session, recipients=30).id
        session.execute(update(Campaign).values(state=CampaignState.CANCELLED))
    tick(installation, Heard())
    assert _deliveries(sessions) == {"pending": 20, "cancelled": 10}
    for _ in range(3):
        tick(installation, Heard())
    assert _deliveries(sessions) == {"cancelled": 30}
    with sessions() as session:
        assert session.get_one(Campaign, cancelled).finished_at is not None
