"""Above a set size a launch takes two people, who mean exactly the same."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.known import CHANNELS
from core.database import Sessions
from core.services import campaigns, schedules, settings
from core.tables.campaigns import Campaign
from core.tables.notices import Notice
from core.tables.operators import Operator
from core.vocabulary import CampaignState, Role
from tests.integration.campaign_factory import NOON, make_contacts
from tests.integration.test_steps import HERE, draft

ANNA, BEN, VERA = "operator:1", "operator:2", "operator:3"
ANNA_IN_CHAT = "telegram:77"


def ready(session: Session, people: int = 5, *, above: int = 4) -> int:
    """A draft, and three operators: two who may launch, and one who may only look."""
    session.add(Operator(name="Anna", role=Role.LAUNCHER, telegram_id=77))
    session.flush()
    session.add(Operator(name="Ben", role=Role.ADMINISTRATOR))
    session.flush()
    session.add(Operator(name="Vera", role=Role.VIEWER))
    settings.set_approval_above(session, above, by="t")
    return draft(session, people)


def look(session: Session, campaign_id: int) -> campaigns.Preview:
    return campaigns.preview(session, campaign_id, NOON, channels=CHANNELS)


def press(session: Session, campaign_id: int, by: str, confirmation: str | None = None) -> str:
    """The campaign's state afterwards."""
    given = confirmation or look(session, campaign_id).confirmation
    launched = campaigns.launch(
        session, campaign_id, confirmation=given, outside=HERE, channels=CHANNELS, by=by, now=NOON
    )
    return launched.state


def test_the_second_person_launches_and_the_first_is_told_of(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign_id = ready(session)
        assert (look(session, campaign_id).approval, look(session, campaign_id).approved_by) == (True, [])
        assert press(session, campaign_id, ANNA) == CampaignState.DRAFT
        assert look(session, campaign_id).approved_by == ["Anna"]
        told = session.scalars(select(Notice)).one()
        assert (told.code, told.params["who"], told.params["count"]) == ("approval_wanted", "Anna", 5)
        assert press(session, campaign_id, BEN) == CampaignState.SENDING


def test_one_person_counts_once_through_whatever_door(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign_id = ready(session)
        for by in (ANNA, ANNA_IN_CHAT, ANNA, "command", "command"):
            assert press(session, campaign_id, by) == CampaignState.DRAFT
        assert look(session, campaign_id).approved_by == ["Anna"]
        assert len(session.scalars(select(Notice)).all()) == 1, "nobody is told twice"


def test_whoever_may_not_launch_any_more_does_not_count(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign_id = ready(session)
        press(session, campaign_id, ANNA)
        session.get_one(Operator, 1).role = Role.EDITOR
        session.flush()
        assert press(session, campaign_id, BEN) == CampaignState.DRAFT


@pytest.mark.parametrize("change", ["letter", "audience"])
def test_any_change_makes_the_approval_void(sessions: Sessions, change: str) -> None:
    with sessions.begin() as session:
        campaign_id = ready(session)
        press(session, campaign_id, ANNA)
        if change == "letter":
            version = session.get_one(Campaign, campaign_id).version
            campaigns.change(session, campaign_id, version=version, by="t", name="Summer")
        else:
            make_contacts(session, 5, start=100)
        assert press(session, campaign_id, BEN) == CampaignState.DRAFT
        assert press(session, campaign_id, ANNA) == CampaignState.SENDING


def test_a_small_one_takes_one_person_and_a_planned_one_two(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign_id = ready(session, 3)
        given = look(session, campaign_id).confirmation
        assert press(session, campaign_id, ANNA) == CampaignState.SENDING
    with sessions.begin() as session:
        settings.set_approval_above(session, 1, by="t")
        other = campaigns.create(session, name="Other", template_id=1, sender_id=1, include=[1], exclude=[], by="t").id
        given = look(session, other).confirmation
        states = [
            schedules.schedule(
                session, other, NOON + timedelta(days=1), confirmation=given, outside=HERE, by=by, now=NOON
            ).state
            for by in (ANNA, BEN)
        ]
        assert states == [CampaignState.DRAFT, CampaignState.SCHEDULED]
