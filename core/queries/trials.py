"""Reading what of a campaign went to ourselves, tests and copies for seeds: what became of it."""

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
    """Whether the letter was for ourselves: a test, or a seed's copy."""
    kind = select(Origin.kind).join(Delivery, Delivery.origin_id == Origin.id).where(Delivery.id == delivery_id)
    return session.scalar(kind) in (OriginKind.TEST, OriginKind.SEED)


def latest(session: Session, campaign_id: int, *, limit: int = 10) -> Sequence[Trial]:
    """The last test mails, the newest first."""
    return _found(session, campaign_id, OriginKind.TEST, limit)


def copies(session: Session, campaign_id: int) -> Sequence[Trial]:
    """What the seeds got of it, or why one got nothing."""
    return _found(session, campaign_id, OriginKind.SEED, limit=None)[::-1]


def _found(session: Session, campaign_id: int, kind: OriginKind, limit: int | None) -> Sequence[Trial]:
    """Asked by the ids of the few origins: joined to them, ten million deliveries are read (seen: 2.5 s)."""
    ours = select(Origin.id).where(Origin.campaign_id == campaign_id, Origin.kind == kind)
    origin_ids = session.scalars(ours).all()
    if not origin_ids:
        return []
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
        .outerjoin(Engagement, Engagement.delivery_id == Delivery.id)
        .outerjoin(Identity, Identity.id == Delivery.identity_id)
        .where(Delivery.origin_id.in_(origin_ids))
        .order_by(Delivery.id.desc())
        .limit(limit)
    )
    return [Trial(*row) for row in session.execute(statement)]
