"""Who has had enough messages lately, over all channels."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from core.queries import settings as business
from core.queries.spans import Column, Span, within
from core.rules.capping import Cap, made
from core.tables.campaigns import Origin
from core.tables.deliveries import Delivery
from core.vocabulary import DeliveryState, Reason

LEFT = (DeliveryState.SENT, DeliveryState.DELIVERED)
LEAVING = (DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.IN_DOUBT)
UNCAPPED = "uncapped"
"""In a campaign's settings: a person with the right to do so has let it go past the cap."""


def cap(session: Session) -> Cap | None:
    """The account's; None where there is none."""
    kept = business.value(session, "frequency_cap")
    return None if kept is None else made(kept["messages"], kept["days"], kept["exempt"])


def cap_for(session: Session, purpose: str, settings: Mapping[str, Any]) -> Cap | None:
    """The one that holds for a campaign's messages, if any does."""
    held = None if settings.get(UNCAPPED) else cap(session)
    return held if held is not None and held.holds_for(purpose) else None


def reason_by_set(held: Cap, now: datetime, contact_id: Column, span: Span | None = None) -> ColumnElement[str | None]:
    """For many contacts at once: those who have had enough are found in one pass, and looked up."""
    theirs = _counted(held, now).where(*within(Delivery.contact_id, span))
    enough = theirs.group_by(Delivery.contact_id).having(func.count() >= held.messages)
    return case((contact_id.in_(enough), literal(Reason.FREQUENCY_CAP.value)))


def reason_by_one(held: Cap, now: datetime | ColumnElement[datetime], contact_id: Column) -> ColumnElement[str | None]:
    """For the few of a batch: each one's messages by the index; those on the way to them count too.

    Without IN: a statement of the hot path is compiled once.
    """
    one = aliased(Delivery)
    since = now - timedelta(days=held.days)
    leaving, left = ((one.state == state for state in states) for states in (LEAVING, LEFT))
    recent = or_(*leaving, and_(or_(*left), one.settled_at > since))
    counting = (Origin.purpose != purpose for purpose in sorted(held.exempt))
    theirs = (
        select(func.count())
        .select_from(one)
        .join(Origin, Origin.id == one.origin_id)
        .where(one.contact_id == contact_id, recent, *counting)
        .scalar_subquery()
    )
    return case((theirs >= held.messages, literal(Reason.FREQUENCY_CAP.value)))


def _counted(held: Cap, now: datetime) -> Select[int | None]:
    since = now - timedelta(days=held.days)
    lately = and_(Delivery.state.in_(LEFT), Delivery.settled_at > since)
    counting = select(Origin.id).where(Origin.purpose.not_in(sorted(held.exempt)))
    return select(Delivery.contact_id).where(lately, Delivery.origin_id.in_(counting), Delivery.contact_id.is_not(None))
