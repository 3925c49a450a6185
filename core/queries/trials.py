"""Reading test mails: what became of the last ones of a campaign."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from core.tables.campaigns import Origin
from core.tables.contacts import Identity
from core.tables.deliveries import Delivery
from core.tables.events import Engagement, EventRow
from core.vocabulary import DeliveryState, EventKind, OriginKind

ACCEPTED = (DeliveryState.SENT, DeliveryState.DELIVERED)


@dataclass(frozen=True, slots=True)
class Trial:
    address: str | None
    state: str
    reason: str | None
    said: str | None
    at: datetime
    accepted_at: datetime | None
    """When the relay took it."""
    opened_at: datetime | None
    clicked_at: datetime | None
    arrival: str | None = None
    """What a copy that was received says of its way, in JSON."""


def is_trial(session: Session, delivery_id: int) -> bool:
    """Whether the letter was a test."""
    kind = select(Origin.kind).join(Delivery, Delivery.origin_id == Origin.id).where(Delivery.id == delivery_id)
    return session.scalar(kind) == OriginKind.TEST


def latest(session: Session, campaign_id: int, *, limit: int = 10) -> Sequence[Trial]:
    """The last test mails, the newest first."""
    copied = (
        select(EventRow.details["arrival"].astext)
        .where(EventRow.delivery_id == Delivery.id, EventRow.kind == EventKind.ARRIVED)
        .order_by(EventRow.id.desc())
        .limit(1)
        .correlate(Delivery)
    )
    accepted = case((Delivery.state.in_(ACCEPTED), Delivery.settled_at))
    statement = (
        select(
            Identity.address,
            Delivery.state,
            Delivery.reason,
            Delivery.said,
            Delivery.created_at,
            accepted,
            Engagement.read_at,
            Engagement.clicked_at,
            copied.scalar_subquery(),
        )
        .join(Origin, Origin.id == Delivery.origin_id)
        .outerjoin(Engagement, Engagement.delivery_id == Delivery.id)
        .outerjoin(Identity, Identity.id == Delivery.identity_id)
        .where(Origin.campaign_id == campaign_id, Origin.kind == OriginKind.TEST)
        .order_by(Delivery.id.desc())
        .limit(limit)
    )
    return [Trial(*row) for row in session.execute(statement)]
