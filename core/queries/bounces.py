"""Whose letters came back for good, and whose came back too often."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Interval, Select, and_, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from core.rules.bounces.lasting import DEAD, MAY_BE_DEAD, SOFT, SOFT_AT_ONCE
from core.tables.attempts import Attempt
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.tables.suppression import Suppression
from core.vocabulary import DeliveryState, EventKind, SuppressionList

WINDOW = "soft_bounce_days"
MOST = "soft_bounces"


def dead() -> ColumnElement[bool]:
    """Of an event: whether it says that the address is dead for good, by its verdict, else by its class."""
    told = EventRow.details["suppress"].astext
    return or_(
        and_(told.is_(None), EventRow.bounce.in_(DEAD)),
        and_(told == "yes", EventRow.bounce.in_(MAY_BE_DEAD)),
    )


def too_often(delivery_ids: Sequence[int], *, most: int, days: int) -> Select[int]:
    """Those of the deliveries whose address has come to `most` soft bounces within `days`, this one the last.

    Each letter counts once, however often it was tried; what came before a person released the address does not.
    """
    other = aliased(Delivery)
    same = (other.contact_id == Delivery.contact_id, other.channel == Delivery.channel)
    within = other.settled_at > Delivery.settled_at - cast(literal(f"{days} days"), Interval)
    came_back = (
        select(func.count())
        .select_from(other)
        .where(*same, other.address_key == Delivery.address_key, other.state == DeliveryState.FAILED)
        .where(within, ~_before_release(other), or_(_bounced_softly(other), _refused_softly(other)))
        .correlate(Delivery)
        .scalar_subquery()
    )
    return select(Delivery.id).where(Delivery.id.in_(delivery_ids), came_back >= most)


def _bounced_softly(other: type[Delivery]) -> ColumnElement[bool]:
    soft = (EventRow.kind == EventKind.BOUNCED, EventRow.bounce.in_(SOFT))
    return select(EventRow.id).where(EventRow.delivery_id == other.id, *soft).exists()


def _refused_softly(other: type[Delivery]) -> ColumnElement[bool]:
    soft = Attempt.bounce.in_(SOFT_AT_ONCE)
    return select(Attempt.id).where(Attempt.delivery_id == other.id, soft).exists()


def _before_release(other: type[Delivery]) -> ColumnElement[bool]:
    """A person has said since that the address is right."""
    general = (Suppression.list == SuppressionList.GENERAL, Suppression.channel == other.channel)
    later = Suppression.released_at >= other.settled_at
    return select(Suppression.id).where(Suppression.address_key == other.address_key, *general, later).exists()
