"""Launches at a time: what a person confirms is fixed at once, whom it means is found out when the time has come."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import Invalid, NotFound, Problem, Refused
from core.ports import Channels
from core.queries import audience, gates
from core.queries import campaigns as queries
from core.queries import settings as business
from core.rules.campaigns import next_state
from core.rules.outside import Outside
from core.services import approvals, audit, campaigns, linking, notices, steps
from core.tables.campaigns import Campaign
from core.vocabulary import CampaignAction as A
from core.vocabulary import CampaignState

LATEST = timedelta(days=730)


def schedule(
    session: Session,
    campaign_id: int,
    at: datetime,
    *,
    confirmation: str,
    outside: Outside,
    by: str,
    now: datetime,
    part: bool = False,
) -> Campaign:
    """Have a draft launched at that time: this letter, to whoever its segments mean by then.

    Raises IllegalTransition, Invalid (`schedule.past`, `schedule.too_far`), and Refused (`campaign.unconfirmed`,
    `campaign.dead_links`) as a launch does; above the set size it stays a draft until a second person wants the same.
    With `part` it begins even if the balance lasts for a part only.
    """
    campaign = queries.locked(session, campaign_id)
    state = next_state(campaign.state, A.SCHEDULE)
    if at <= now:
        raise Invalid("schedule.past", where="at")
    if at > now + LATEST:
        raise Invalid("schedule.too_far", where="at", days=LATEST.days)
    linking.check(session, campaign, outside)
    frozen = audience.frozen(session, campaign.include, campaign.exclude, now)
    content = campaigns.check_content(session, campaign, frozen, confirmation)
    if not approvals.suffice(session, campaign, confirmation, by=by, now=now):
        return campaign
    campaign.state, campaign.schedule_at, campaign.scheduled_by = state, at, by
    campaign.content_id, campaign.audience = content.id, frozen
    steps.keep(session, campaign)
    campaign.settings = {**campaign.settings, "part": True} if part else campaign.settings
    audit.note(session, by, "schedule", f"campaign:{campaign_id}", at=at.isoformat(), confirmation=confirmation)
    return campaign


def unschedule(session: Session, campaign_id: int, *, by: str) -> Campaign:
    """Back to a draft, which may be changed again; raise IllegalTransition unless it is `scheduled`."""
    campaign = queries.locked(session, campaign_id)
    _back_to_draft(session, campaign)
    audit.note(session, by, "unschedule", f"campaign:{campaign_id}")
    return campaign


def launch_due(sessions: Sessions, campaign_id: int, *, outside: Outside, channels: Channels, now: datetime) -> bool:
    """Launch it if its time has come; whether it was this very call that did.

    While everything is stopped it waits. What refuses the launch makes it a draft again, and operators are told why.
    So does a time that passed more than `catch_up_hours` ago, while nothing ran: by then nobody may want it any more.
    """
    try:
        with sessions.begin() as session:
            campaign = queries.locked(session, campaign_id)
            if not _is_due(campaign, now) or gates.holds_all(session):
                return False
            _refuse_late(session, campaign, now)
            _launch(session, campaign, outside=outside, channels=channels, now=now)
            return True
    except (Refused, Invalid, NotFound) as refusal:
        _give_back(sessions, campaign_id, refusal, now)
        return False


def _is_due(campaign: Campaign, now: datetime) -> bool:
    if campaign.state != CampaignState.SCHEDULED or campaign.schedule_at is None:
        return False
    return campaign.schedule_at <= now


def _refuse_late(session: Session, campaign: Campaign, now: datetime) -> None:
    hours = int(business.value(session, "catch_up_hours"))
    if campaign.schedule_at is not None and now - campaign.schedule_at > timedelta(hours=hours):
        raise Refused("schedule.missed", hours=hours)


def _launch(session: Session, campaign: Campaign, *, outside: Outside, channels: Channels, now: datetime) -> None:
    """By the person who scheduled it."""
    frozen = {**(campaign.audience or {}), "as_of": business.local(session, now).isoformat()}
    if audience.first(session, frozen) is None:
        raise Refused("campaign.nobody", name=campaign.name)
    by, part = campaign.scheduled_by or "system", bool(campaign.settings.get("part"))
    audit.note(session, by, "launch", f"campaign:{campaign.id}", scheduled=True)
    campaigns.begin(session, campaign, frozen, outside=outside, channels=channels, by=by, now=now, part=part)


def _give_back(sessions: Sessions, campaign_id: int, refusal: Problem, now: datetime) -> None:
    with sessions.begin() as session:
        campaign = queries.locked(session, campaign_id)
        if not _is_due(campaign, now):
            return
        assert campaign.schedule_at is not None
        params = {"name": campaign.name, "at": campaign.schedule_at.isoformat(), "problem": refusal.code}
        told = {**params, "params": {name: str(value) for name, value in refusal.params.items()}}
        _back_to_draft(session, campaign)
        audit.note(session, "system", "unschedule", f"campaign:{campaign_id}", problem=refusal.code)
        notices.tell(session, "launch_refused", told, now=now, campaign_id=campaign_id)


def _back_to_draft(session: Session, campaign: Campaign) -> None:
    campaign.state = next_state(campaign.state, A.UNSCHEDULE)
    steps.let_go(session, campaign)
    campaign.schedule_at = campaign.scheduled_by = None
    campaign.settings = {name: value for name, value in campaign.settings.items() if name != "part"}
    campaign.content_id = campaign.audience = None
