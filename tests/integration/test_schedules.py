"""A launch at a time: exactly once, to whoever is meant by then, and told where it was refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from channels.known import CHANNELS
from core.database import Sessions
from core.errors import IllegalTransition, Invalid, Refused
from core.queries import due
from core.queries import templates as letters
from core.queries.notices import untold
from core.rules.outside import Outside
from core.services import campaigns, emergency, notices, schedules, senders
from core.tables.audit import AuditEntry
from core.tables.campaigns import Campaign, Origin
from core.tables.contents import ContentRow
from core.tables.notices import Notice
from core.vocabulary import CampaignState
from tests.integration.bot_factory import make_draft
from tests.integration.campaign_factory import NOON, make_contacts, make_content

SANDBOX = Outside(None, real_relay=False)
NINE = NOON + timedelta(hours=21)


def planned(sessions: Sessions, *, recipients: int = 2, at: datetime = NINE) -> int:
    with sessions.begin() as session:
        name = f"At {at:%H:%M}"
        campaign_id = make_draft(session, recipients=recipients, name=name).id
        bound = campaigns.preview(session, campaign_id, NOON, channels=CHANNELS).confirmation
        schedules.schedule(session, campaign_id, at, confirmation=bound, outside=SANDBOX, by="operator:1", now=NOON)
        return campaign_id


def come(sessions: Sessions, campaign_id: int, now: datetime, outside: Outside = SANDBOX) -> bool:
    return schedules.launch_due(sessions, campaign_id, outside=outside, channels=CHANNELS, now=now)


def test_it_is_launched_at_its_time_and_not_before(sessions: Sessions) -> None:
    campaign_id = planned(sessions)
    with sessions() as session:
        assert due.campaigns_to_launch(session, NINE - timedelta(minutes=1)) == []
        assert due.campaigns_to_launch(session, NINE) == [campaign_id]
    assert not come(sessions, campaign_id, NINE - timedelta(seconds=1))
    assert come(sessions, campaign_id, NINE)
    with sessions() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert (campaign.state, campaign.launched_at, campaign.launched_by) == ("sending", NINE, "operator:1")
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert actions[-2:] == ["schedule", "launch"]


def test_two_schedulers_launch_it_once(sessions: Sessions) -> None:
    campaign_id = planned(sessions)
    with ThreadPoolExecutor(4) as schedulers:
        launched = list(schedulers.map(lambda _: come(sessions, campaign_id, NINE), range(8)))
    assert sorted(launched) == [False] * 7 + [True]
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Origin)) == 1
    assert not come(sessions, campaign_id, NINE + timedelta(minutes=5)), "nor after a restart"


def test_whoever_has_joined_until_then_is_meant_and_the_letter_is_the_one_that_was_confirmed(
    sessions: Sessions,
) -> None:
    campaign_id = planned(sessions, recipients=2)
    with sessions.begin() as session:
        make_contacts(session, 50, start=3)
        confirmed = session.get_one(Campaign, campaign_id)
        assert confirmed.template_id is not None
        letters.get(session, confirmed.template_id).content_id = make_content(session, subject="Another")
    assert come(sessions, campaign_id, NINE)
    with sessions() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert campaign.audience is not None
        assert datetime.fromisoformat(campaign.audience["as_of"]) == NINE
        assert session.get_one(ContentRow, campaign.content_id).subject == "Hello"


def test_a_scheduled_campaign_is_changed_only_after_the_schedule_is_taken_back(sessions: Sessions) -> None:
    campaign_id = planned(sessions)
    with sessions.begin() as session, pytest.raises(Refused, match=r"campaign\.scheduled"):
        campaigns.change(session, campaign_id, version=1, by="test", name="Other")
    with sessions.begin() as session:
        back = schedules.unschedule(session, campaign_id, by="test")
        assert (back.state, back.schedule_at, back.content_id) == ("draft", None, None)
        campaigns.change(session, campaign_id, version=1, by="test", name="Other")
    assert not come(sessions, campaign_id, NINE)


def test_only_what_was_looked_at_is_scheduled_and_only_for_the_future(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign_id = make_draft(session, recipients=1).id
    with sessions.begin() as session, pytest.raises(Refused, match=r"campaign\.unconfirmed"):
        schedules.schedule(session, campaign_id, NINE, confirmation="0-1", outside=SANDBOX, by="test", now=NOON)
    with sessions.begin() as session, pytest.raises(Invalid, match=r"schedule\.past"):
        schedules.schedule(session, campaign_id, NOON, confirmation="0-1", outside=SANDBOX, by="test", now=NOON)
    real = Outside("http://127.0.0.1:8026", real_relay=True)
    with sessions.begin() as session, pytest.raises(Refused, match=r"campaign\.dead_links"):
        schedules.schedule(session, campaign_id, NINE, confirmation="0-1", outside=real, by="test", now=NOON)


def test_a_refused_launch_leaves_a_draft_and_tells_operators_why(sessions: Sessions) -> None:
    campaign_id = planned(sessions)
    assert not come(sessions, campaign_id, NINE, Outside("http://127.0.0.1:8026", real_relay=True))
    with sessions.begin() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert (campaign.state, campaign.schedule_at) == (CampaignState.DRAFT, None)
        notice = session.scalars(select(Notice)).one()
        assert (notice.code, notice.params["problem"]) == ("launch_refused", "campaign.dead_links")
        assert [one.id for one in untold(session)] == [notice.id]
        notices.mark_told(session, notice.id, NINE)
        assert untold(session) == []


def test_an_audience_that_has_become_empty_is_told_too(sessions: Sessions) -> None:
    campaign_id = planned(sessions)
    with sessions.begin() as session:
        campaign = session.get_one(Campaign, campaign_id)
        campaign.audience = {**(campaign.audience or {}), "include": [{"member_of": 999}]}
    assert not come(sessions, campaign_id, NINE)
    with sessions() as session:
        assert session.scalars(select(Notice)).one().params["problem"] == "campaign.nobody"


def test_a_time_that_passed_while_nothing_ran_is_made_up_for_within_hours_only(sessions: Sessions) -> None:
    early, late = planned(sessions), planned(sessions, at=NINE - timedelta(hours=12))
    now = NINE + timedelta(hours=5)
    assert come(sessions, early, now)
    assert not come(sessions, late, now)
    with sessions() as session:
        assert session.get_one(Campaign, late).state == CampaignState.DRAFT
        assert session.scalars(select(Notice)).one().params["problem"] == "schedule.missed"


def test_its_sender_stays_until_it_is_launched_or_taken_back(sessions: Sessions) -> None:
    campaign_id = planned(sessions)
    with sessions.begin() as session:
        sender_id = session.get_one(Campaign, campaign_id).sender_id or 0
        with pytest.raises(Refused, match=r"sender\.in_use"):
            senders.archive(session, sender_id, by="test", now=NOON)
    with sessions.begin() as session:
        schedules.unschedule(session, campaign_id, by="test")
    with sessions.begin() as session, pytest.raises(IllegalTransition):
        schedules.unschedule(session, campaign_id, by="test")


def test_while_everything_is_stopped_nothing_scheduled_begins_and_letting_go_names_what_does(
    sessions: Sessions,
) -> None:
    soon, late = planned(sessions), planned(sessions, at=NINE - timedelta(hours=12))
    with sessions.begin() as session:
        emergency.stop_everything(session, by="test")
    assert [come(sessions, one, NINE) for one in (soon, late)] == [False, False]
    with sessions() as session:
        assert {session.get_one(Campaign, one).state for one in (soon, late)} == {"scheduled"}
    with sessions.begin() as session:
        released = emergency.go_on(session, by="test", now=NINE)
    assert (released.begins, released.late, released.hours) == (["At 09:00"], ["At 21:00"], 6)
    assert [come(sessions, one, NINE) for one in (soon, late)] == [True, False]
    with sessions() as session:
        states = [session.get_one(Campaign, one).state for one in (soon, late)]
        assert states == ["sending", "draft"]
        assert session.scalars(select(Notice)).one().params["problem"] == "schedule.missed"
