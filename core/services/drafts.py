"""A campaign that may still be changed: locked for whoever changes it, so that no other change is lost."""

from sqlalchemy.orm import Session

from core.errors import Refused
from core.queries import campaigns as queries
from core.tables.campaigns import Campaign
from core.vocabulary import CampaignState


def locked(session: Session, campaign_id: int, *, version: int | None = None) -> Campaign:
    """The draft, in the `version` that was looked at, or in any for None.

    Raises NotFound, and Refused (`campaign.scheduled`, `campaign.frozen`, `campaign.changed_meanwhile`).
    """
    campaign = queries.locked(session, campaign_id)
    if campaign.state == CampaignState.SCHEDULED:
        raise Refused("campaign.scheduled", name=campaign.name)
    if campaign.state != CampaignState.DRAFT:
        raise Refused("campaign.frozen", name=campaign.name)
    if version is not None and campaign.version != version:
        raise Refused("campaign.changed_meanwhile", name=campaign.name)
    return campaign
