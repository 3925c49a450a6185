"""What becomes of those in doubt: tried again, or settled as sent or failed, by a person or the campaign's policy."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import Refused
from core.queries import campaigns as campaigns_queries
from core.queries import doubts as queries
from core.queries import settings as business
from core.queries import steps
from core.queries.bell import ring
from core.rules.campaigns import next_state
from core.services import audit
from core.tables.campaigns import Campaign, Origin
from core.vocabulary import CampaignAction, CampaignState, DoubtDecision

POLICY = "policy"


def decide(session: Session, campaign_id: int, decision: DoubtDecision, *, by: str, now: datetime) -> int:
    """Decide about all that are in doubt; returns how many it concerned. Whoever is tried again may get it twice.

    A retry keeps the Message-ID, waits until nobody can bring an answer home any more, and reopens a campaign that is
    `sent`. Raises Refused (`campaign.no_doubts`) where nobody is, and IllegalTransition for a retry in a cancelled one.
    """
    campaign = campaigns_queries.locked(session, campaign_id)
    origin_ids = steps.origins(session, campaign)
    if decision is DoubtDecision.RETRY and origin_ids:
        concerned = _retry(session, campaign, origin_ids, now)
    else:
        arrived = decision is DoubtDecision.SENT
        concerned = len(session.scalars(queries.settle(origin_ids, arrived=arrived, now=now)).all())
    if not concerned:
        held = queries.count(session, origin_ids)
        raise Refused("campaign.doubts_held" if held else "campaign.no_doubts", name=campaign.name, held=held)
    audit.note(session, by, f"doubts_{decision}", f"campaign:{campaign_id}", deliveries=concerned)
    ring(session)
    return concerned


def retry_by_policy(sessions: Sessions, now: datetime) -> int:
    """Where a campaign says so itself; as long as the last time for retries is not past. Returns how many."""
    with sessions() as session:
        ids = queries.to_retry(session, now, business.value(session, "retry_last_seconds"))
    retried = 0
    for campaign_id in ids:
        with sessions.begin() as session:
            retried += decide(session, campaign_id, DoubtDecision.RETRY, by=POLICY, now=now)
    return retried


def _retry(session: Session, campaign: Campaign, origin_ids: list[int], now: datetime) -> int:
    if campaign.state in (CampaignState.SENT, CampaignState.CANCELLED):
        state = next_state(campaign.state, CampaignAction.REOPEN)
        moved = len(session.scalars(queries.retry(origin_ids, now)).all())
        if moved:
            campaign.state, campaign.finished_at = state, None
            session.execute(update(Origin).where(Origin.id.in_(origin_ids)).values(open=True))
        return moved
    return len(session.scalars(queries.retry(origin_ids, now)).all())
