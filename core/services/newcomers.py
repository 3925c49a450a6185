"""Sending a finished campaign once more to those who have joined its segments since, and to nobody else."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.errors import Refused
from core.ports import Channels
from core.queries import audience
from core.queries import campaigns as queries
from core.queries import settings as business
from core.queries import steps as steps_queries
from core.queries.bell import ring
from core.rules import confirmation
from core.rules.campaigns import next_state
from core.rules.outside import Outside
from core.services import approvals, asking, audit, linking
from core.services.campaigns import Preview, letter
from core.services.fitting import traits_for
from core.tables.campaigns import Campaign, Origin
from core.vocabulary import CampaignAction


def preview(session: Session, campaign_id: int, now: datetime, *, channels: Channels) -> Preview:
    """Who is in the segments now and has no delivery of it, by reason; raise IllegalTransition unless it is `sent`."""
    campaign = queries.get(session, campaign_id)
    next_state(campaign.state, CampaignAction.REOPEN)
    content = letter(session, campaign)
    frozen = _frozen(session, campaign, now)
    traits = traits_for(channels, campaign.channel, content)
    asks = asking.askable(session, campaign, channels)
    counts = audience.by_reason(session, campaign, frozen, content.required, now, traits=traits, asking=asks)
    chosen = sum(counts.reasons.values()) + counts.reachable
    bound = _bound(session, campaign, frozen, chosen)
    return Preview(chosen, counts.reachable, counts.reasons, counts.excluded, bound, asked=counts.asked)


def send(
    session: Session, campaign_id: int, *, confirmation: str, outside: Outside, by: str, now: datetime
) -> Campaign:
    """Go on with the frozen letter for the newcomers; whoever has a delivery of this campaign keeps it as it is.

    Raises IllegalTransition unless the campaign is `sent`, and Refused as a launch does.
    """
    campaign = queries.locked(session, campaign_id)
    state = next_state(campaign.state, CampaignAction.REOPEN)
    linking.check(session, campaign, outside)
    frozen = _frozen(session, campaign, now)
    chosen = _check(session, campaign, frozen, confirmation)
    if approvals.is_needed(session, chosen):
        raise Refused("campaign.newcomers_take_two", name=campaign.name, count=chosen)
    campaign.state, campaign.audience = state, frozen
    campaign.prepared_up_to, campaign.prepared_at, campaign.finished_at = 0, None, None
    campaign.version += 1
    session.execute(update(Origin).where(Origin.id.in_(steps_queries.origins(session, campaign))).values(open=True))
    audit.note(session, by, "reopen", f"campaign:{campaign_id}", newcomers=chosen, confirmation=confirmation)
    ring(session)
    return campaign


def _frozen(session: Session, campaign: Campaign, now: datetime) -> audience.Frozen:
    """The segments as they are now, without those who have been chosen before."""
    return audience.frozen(session, campaign.include, campaign.exclude, now) | {"beyond": campaign.origin_id}


def _bound(session: Session, campaign: Campaign, frozen: audience.Frozen, chosen: int) -> str:
    return confirmation.make(campaign.version, letter(session, campaign).hash, frozen, chosen)


def _check(session: Session, campaign: Campaign, frozen: audience.Frozen, given: str) -> int:
    """The number of newcomers now, which may differ a little from the one that was confirmed."""
    confirmed = confirmation.chosen(given)
    if confirmed is None or given != _bound(session, campaign, frozen, confirmed):
        raise Refused("campaign.unconfirmed", name=campaign.name)
    chosen = audience.count(session, frozen)
    if chosen == 0:
        raise Refused("campaign.no_newcomers", name=campaign.name)
    if abs(chosen - confirmed) > float(business.value(session, "audience_tolerance")) * max(confirmed, 1):
        raise Refused("campaign.audience_moved", name=campaign.name, confirmed=confirmed, now=chosen)
    return chosen
