"""Whether the links of a campaign's letters would lead anywhere for those who get them."""

from sqlalchemy.orm import Session

from core.errors import Refused
from core.queries import relays
from core.rules.outside import Outside, links_are_dead
from core.tables.campaigns import Campaign


def check(session: Session, campaign: Campaign, outside: Outside) -> None:
    """Raise Refused (`campaign.dead_links`) if real recipients could not follow them."""
    if links_are_dead(relays.seen_by(session, campaign, outside)):
        raise Refused("campaign.dead_links", address=outside.public_url)
