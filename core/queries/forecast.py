"""How long the daily limit holds up one campaign, or all together, at the pace of the last day that sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.queries import pacing, statistics
from core.queries.pacing import ACCOUNT, Allowance
from core.queries.statistics import Figures
from core.rules import forecast as rules
from core.rules.forecast import Forecast
from core.rules.hours import Hours
from core.tables.campaigns import Campaign
from core.vocabulary import CHANNEL_EMAIL, CampaignState


def of_campaign(session: Session, campaign: Campaign, figures: Figures, now: datetime) -> Forecast | None:
    """None where all that waits fits into today."""
    if campaign.state != CampaignState.SENDING or campaign.channel != CHANNEL_EMAIL:
        return None
    allowed = allowance(session, campaign, now)
    if figures.to_send <= max(0, allowed.left):
        return None
    return _foretold(session, [figures], allowed, now, _opens(campaign))


def of_account(session: Session, now: datetime) -> Forecast | None:
    """Of all running email campaigns together; None where nothing waits."""
    found = [statistics.figures(session, one) for one in session.scalars(_running())]
    allowed = pacing.for_campaigns(session, ACCOUNT, now)
    return _foretold(session, found, allowed, now, time()) if sum(one.to_send for one in found) else None


def allowance(session: Session, campaign: Campaign, now: datetime) -> Allowance:
    """What the account and the sender both let the campaign have."""
    scopes = [ACCOUNT, *([pacing.sender_scope(campaign.sender_id)] if campaign.sender_id else [])]
    allowed = [pacing.for_campaigns(session, scope, now) for scope in scopes]
    return Allowance(min(one.limit for one in allowed), min(one.left for one in allowed))


def _foretold(
    session: Session, figures: Sequence[Figures], allowed: Allowance, now: datetime, opens: time
) -> Forecast | None:
    local = now.astimezone(pacing.timezone(session))
    waiting = sum(one.to_send for one in figures)
    pace = _pace(session, figures, opens)
    return rules.forecast(waiting, allowed.left, allowed.limit, local, pace=pace, opens=opens)


def _pace(session: Session, figures: Sequence[Figures], opens: time) -> float | None:
    """Messages a second on the last day on which these were sent; slots begin to be used when the day opens."""
    last = max(_known(one.last_sent_at for one in figures), default=None)
    first = min(_known(one.first_sent_at for one in figures), default=None)
    if last is None or first is None:
        return None
    zone = pacing.timezone(session)
    day = last.astimezone(zone).date()
    row = session.scalar(pacing.of_day(ACCOUNT, day))
    if row is None or not row.taken:
        return None
    seconds = (last - max(first, datetime.combine(day, opens, zone))).total_seconds()
    return row.taken / max(seconds, 1.0)


def _known(moments: Iterable[datetime | None]) -> list[datetime]:
    return [moment for moment in moments if moment is not None]


def _opens(campaign: Campaign) -> time:
    """When a day begins for it, by its sending hours."""
    kept = campaign.settings.get("hours")
    hours = Hours.read(kept["opens"], kept["closes"]) if kept else None
    return time() if hours is None or hours.hold(time()) else hours.opens


def _running() -> Select[int]:
    return select(Campaign.id).where(Campaign.channel == CHANNEL_EMAIL, Campaign.state == CampaignState.SENDING)
