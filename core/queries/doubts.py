"""Deliveries in doubt: they may or may not have arrived, and only a person or the campaign's policy may say what now.

Each has an `unknown` attempt that says since when. As long as a batch still holds it, its worker lives, however long it
was not heard of, and may bring the answer home.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Update, and_, any_, exists, func, null, or_, select, update
from sqlalchemy.orm import Session

from core.tables.attempts import Attempt
from core.tables.campaigns import Campaign
from core.tables.deliveries import Batch, Delivery
from core.tables.steps import CampaignStep
from core.vocabulary import CampaignState, DeliveryState, InDoubtPolicy, Reason

DATA_SECONDS = 600
"""RFC 5321, section 4.5.3.2.6: so long a server may take for its answer to the last dot."""
UNKNOWN = "unknown"


def count(session: Session, origin_ids: Sequence[int]) -> int:
    return session.scalar(select(func.count()).select_from(Delivery).where(_in(origin_ids))) or 0


def retry(origin_ids: Sequence[int], now: datetime) -> Update:
    """Let them go again, none before its ten minutes are over; who is still held stays in doubt."""
    since = (
        select(func.max(Attempt.at))
        .where(Attempt.delivery_id == Delivery.id, Attempt.outcome == UNKNOWN)
        .correlate(Delivery)
        .scalar_subquery()
    )
    earliest = since + func.make_interval(0, 0, 0, 0, 0, 0, DATA_SECONDS)
    return (
        update(Delivery)
        .where(_in(origin_ids), ~_held())
        .values(state=DeliveryState.PENDING, reason=null(), due_at=func.greatest(now, earliest))
        .returning(Delivery.id)
    )


def settle(origin_ids: Sequence[int], *, arrived: bool, now: datetime) -> Update:
    """Say of all of them that they arrived, or that they did not."""
    values = (
        {"state": DeliveryState.SENT, "reason": null()}
        if arrived
        else {"state": DeliveryState.FAILED, "reason": Reason.IN_DOUBT}
    )
    return update(Delivery).where(_in(origin_ids)).values(settled_at=now, **values).returning(Delivery.id)


def to_retry(session: Session, now: datetime, give_up_seconds: float) -> list[int]:
    """Campaigns whose own policy it is to try again, and that have someone in doubt for whom there is still time."""
    in_time = (Delivery.state == DeliveryState.IN_DOUBT, ~_held(), _in_time(now, give_up_seconds))
    own = exists().where(Delivery.origin_id == Campaign.origin_id, *in_time)
    later = exists().where(
        Delivery.origin_id == CampaignStep.origin_id, CampaignStep.campaign_id == Campaign.id, *in_time
    )
    waiting = or_(own, later)
    running = Campaign.state.in_((CampaignState.SENDING, CampaignState.SENT))
    chosen = select(Campaign.id).where(Campaign.in_doubt_policy == InDoubtPolicy.RETRY, running, waiting)
    return list(session.scalars(chosen.order_by(Campaign.id)))


def _in_time(now: datetime, give_up_seconds: float) -> ColumnElement[bool]:
    return Delivery.created_at > now - timedelta(seconds=give_up_seconds)


def _in(origin_ids: Sequence[int]) -> ColumnElement[bool]:
    return and_(Delivery.origin_id.in_(origin_ids), Delivery.state == DeliveryState.IN_DOUBT)


def _held() -> ColumnElement[bool]:
    return exists().where(Batch.origin_id == Delivery.origin_id, Delivery.id == any_(Batch.delivery_ids))
