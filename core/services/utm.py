"""Choosing what a campaign's links tell the operator's own statistics."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from core.queries import campaigns as queries
from core.rules.utm import read
from core.services import campaigns
from core.tables.campaigns import Campaign


def set_utm(
    session: Session, campaign_id: int, parameters: Mapping[str, str], domains: Sequence[str], *, by: str
) -> Campaign:
    """Add these to links that lead to those domains; without parameters nothing is added.

    Raises Invalid (`utm.no_domain`, `utm.bad_domain`, `utm.too_long`), and Refused once it is scheduled or launched.
    """
    campaign = queries.get(session, campaign_id)
    settings = {**campaign.settings, "utm": read(parameters, domains)}
    return campaigns.change(session, campaign_id, version=campaign.version, by=by, settings=settings)
