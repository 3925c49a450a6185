"""What a campaign waits for, said once of the whole campaign and the same through every door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from core.queries import forecast, gates, pacing
from core.queries.statistics import Figures
from core.tables.campaigns import Campaign
from core.vocabulary import CHANNEL_EMAIL, CampaignState, Reason


@dataclass(frozen=True, slots=True)
class Wait:
    reason: str
    until: datetime | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    """`code` and `params` of the problem behind it, where there is one."""


def of_campaign(session: Session, campaign: Campaign, figures: Figures, now: datetime) -> list[Wait]:
    """The gates before it, and the daily limit, which is none: it is asked at each claim."""
    waits = [Wait(gate.reason, gate.until, gate.details) for gate in gates.before(session, campaign, now)]
    limited = campaign.state == CampaignState.SENDING and campaign.channel == CHANNEL_EMAIL and figures.to_send
    if limited and forecast.allowance(session, campaign, now).left <= 0:
        waits.append(Wait(Reason.DAILY_LIMIT.value, _midnight(session, now)))
    return waits


def _midnight(session: Session, now: datetime) -> datetime:
    return pacing.span(pacing.today(session, now), pacing.timezone(session))[1]
