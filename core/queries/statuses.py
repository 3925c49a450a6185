"""Messages whose provider has not told yet what became of them."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.tables.campaigns import Origin
from core.tables.deliveries import Delivery
from core.vocabulary import CHANNEL_EMAIL, DeliveryState

LOOKED_BACK = timedelta(days=3)
"""Carriers say what became of a message within hours, or never."""
MOST = 100_000


def channels(session: Session, now: datetime) -> list[str]:
    """Where a message was taken lately of which nothing more is known."""
    lately = (Delivery.state == DeliveryState.SENT, Delivery.settled_at > now - LOOKED_BACK)
    some = select(Delivery.id).where(Delivery.origin_id == Origin.id, *lately).correlate(Origin).exists()
    recent = (Origin.channel != CHANNEL_EMAIL, Origin.created_at > now - 2 * LOOKED_BACK)
    return list(session.scalars(select(Origin.channel).where(*recent, some).distinct()))


def waiting(session: Session, channel: str, now: datetime) -> dict[str, tuple[int, int]]:
    """Delivery and attempt by the provider's id of the message."""
    theirs = (
        select(Delivery.said, Delivery.id, Delivery.attempt)
        .join(Origin, Origin.id == Delivery.origin_id)
        .where(Origin.channel == channel, Origin.created_at > now - 2 * LOOKED_BACK)
        .where(Delivery.state == DeliveryState.SENT, Delivery.settled_at > now - LOOKED_BACK)
        .where(Delivery.said.is_not(None))
        .order_by(Delivery.id.desc())
        .limit(MOST)
    )
    return {str(said): (id_, attempt) for said, id_, attempt in session.execute(theirs)}
