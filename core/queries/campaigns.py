"""Reading campaigns."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.tables.campaigns import Campaign
from core.tables.steps import CampaignStep
from core.vocabulary import CampaignState


def get(session: Session, campaign_id: int) -> Campaign:
    """Raise NotFound (`campaign.not_found`) if there is none."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound("campaign.not_found", id=campaign_id)
    return campaign


def locked(session: Session, campaign_id: int) -> Campaign:
    """The campaign as it is now, locked until the transaction ends: presses that come at once take turns."""
    statement = select(Campaign).where(Campaign.id == campaign_id).with_for_update()
    campaign = session.scalar(statement.execution_options(populate_existing=True))
    if campaign is None:
        raise NotFound("campaign.not_found", id=campaign_id)
    return campaign


def page(
    session: Session,
    *,
    limit: int,
    offset: int = 0,
    states: Sequence[CampaignState] | None = None,
    search: str | None = None,
) -> list[Campaign]:
    """Newest first."""
    statement = _filtered(select(Campaign), states, search)
    return list(session.scalars(statement.order_by(Campaign.id.desc()).limit(limit).offset(offset)))


def count(session: Session, *, states: Sequence[CampaignState] | None = None, search: str | None = None) -> int:
    return session.scalar(_filtered(select(func.count(Campaign.id)), states, search)) or 0


def _filtered(statement: Select[Any], states: Sequence[CampaignState] | None, search: str | None) -> Select[Any]:
    if states:
        statement = statement.where(Campaign.state.in_(states))
    if search:
        statement = statement.where(Campaign.name.icontains(search, autoescape=True))
    return statement


def with_origin(session: Session, origin_id: int) -> Campaign | None:
    """The campaign that an origin belongs to, on whichever step; None for a test or another message of its own."""
    return session.scalar(select(Campaign).where(is_of(origin_id)))


def is_of(origin_id: int) -> ColumnElement[bool]:
    """Whether the origin is the campaign's own, or that of one of its later steps."""
    later = select(CampaignStep.campaign_id).where(CampaignStep.origin_id == origin_id)
    return or_(Campaign.origin_id == origin_id, Campaign.id.in_(later))
