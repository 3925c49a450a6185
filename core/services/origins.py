"""What deliveries are sent for: an origin of a campaign for each of its channels."""

from sqlalchemy.orm import Session

from core.tables.campaigns import Campaign, Origin
from core.vocabulary import OriginKind


def of_campaign(session: Session, campaign: Campaign, channel: str, sender_id: int | None) -> int:
    """A new one, for the channel of the campaign or of one of its later steps."""
    origin = Origin(
        kind=OriginKind.CAMPAIGN,
        channel=channel,
        purpose=campaign.purpose,
        topic=campaign.topic,
        campaign_id=campaign.id,
        sender_id=sender_id,
    )
    session.add(origin)
    session.flush()
    return origin.id
