"""Reading test mails: what became of the last ones of a campaign."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.tables.campaigns import Origin
from core.tables.contacts import Identity
from core.tables.deliveries import Delivery
from core.vocabulary import OriginKind


@dataclass(frozen=True, slots=True)
class Trial:
    address: str | None
    state: str
    reason: str | None
    said: str | None
    at: datetime


def latest(session: Session, campaign_id: int, *, limit: int = 10) -> Sequence[Trial]:
    """The last test mails, the newest first."""
    statement = (
        select(Identity.address, Delivery.state, Delivery.reason, Delivery.said, Delivery.created_at)
        .join(Origin, Origin.id == Delivery.origin_id)
        .outerjoin(Identity, Identity.id == Delivery.identity_id)
        .where(Origin.campaign_id == campaign_id, Origin.kind == OriginKind.TEST)
        .order_by(Delivery.id.desc())
        .limit(limit)
    )
    return [Trial(*row) for row in session.execute(statement)]
