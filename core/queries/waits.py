"""What a campaign waits for, said once of the whole campaign and the same through every door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from core.queries import gates, pacing
from core.queries.statistics import Figures
from core.rules.forecast import done_on
from core.tables.campaigns import Campaign
from core.vocabulary import CHANNEL_EMAIL, CampaignState, Reason


@dataclass(frozen=True, slots=True)
class Wait:
    reason: str
    until: datetime | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    """`code` and `params` of the problem behind it, where there is one."""
    done_on: date | None = None
    """Of the daily limit: on which day the campaign's last message leaves, if no other takes slots."""


def of_campaign(session: Session, campaign: Campaign, figures: Figures, now: datetime) -> list[Wait]:
    """The gates before it, and the daily limit, which is none: it is asked at each claim."""
    waits = [Wait(gate.reason, gate.until, gate.details) for gate in gates.before(session, campaign, now)]
    limited = campaign.state == CampaignState.SENDING and campaign.channel == CHANNEL_EMAIL and figures.waiting
    if limited and (wait := _for_the_limit(session, campaign, figures.waiting, now)):
        waits.append(wait)
    return waits


def _for_the_limit(session: Session, campaign: Campaign, waiting: int, now: datetime) -> Wait | None:
    """If no slot of today is left to it, by the account's limit or its sender's."""
    scopes = [pacing.ACCOUNT, *([pacing.sender_scope(campaign.sender_id)] if campaign.sender_id else [])]
    allowed = [pacing.for_campaigns(session, scope, now) for scope in scopes]
    left, limit = min(one.left for one in allowed), min(one.limit for one in allowed)
    if left > 0:
        return None
    today = pacing.today(session, now)
    midnight = pacing.span(today, pacing.timezone(session))[1]
    return Wait(Reason.DAILY_LIMIT.value, midnight, done_on=done_on(waiting, left, limit, today))
