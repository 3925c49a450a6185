"""Whom a campaign is for: its frozen audience as a condition, counted by reason, and turned into deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, not_, null, or_, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from core.queries import segments
from core.queries.eligibility import live_identity, reason_for
from core.queries.templates import CONTACT_VARIABLES
from core.tables.campaigns import Campaign
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Delivery
from core.vocabulary import DeliveryState, Reason

Frozen = dict[str, Any]
"""`include` and `exclude` hold expression trees, `as_of` the instant of which they speak (ISO 8601)."""


@dataclass(frozen=True, slots=True)
class Counts:
    reachable: int
    reasons: dict[Reason, int]
    excluded: int


def frozen(session: Session, include: Sequence[int], exclude: Sequence[int], now: datetime) -> Frozen:
    """The audience as it is meant at this moment, for keeping with the campaign."""
    return {
        "include": [segments.tree(session, segment_id) for segment_id in include],
        "exclude": [segments.tree(session, segment_id) for segment_id in exclude],
        "as_of": now.isoformat(),
    }


def count(session: Session, audience: Frozen) -> int:
    """How many contacts are chosen, whether they can be reached or not."""
    return session.scalar(select(func.count(Contact.id)).where(_chosen(audience))) or 0


def first(session: Session, audience: Frozen) -> int | None:
    """One of the chosen, the same each time: whose values a test is filled with."""
    chosen = select(Contact.id).where(_chosen(audience), Contact.erased_at.is_(None))
    return session.scalar(chosen.order_by(Contact.id).limit(1))


def by_reason(session: Session, campaign: Campaign, audience: Frozen, required: Sequence[str], now: datetime) -> Counts:
    """The chosen by the first reason that speaks against each, in one pass; addresses chosen twice count once."""
    reason = _reason(campaign, required, now)
    chosen = (
        select(reason.label("reason"), Identity.address_key.label("key"))
        .select_from(Contact)
        .outerjoin(Identity, live_identity(campaign.channel))
        .where(_chosen(audience))
        .cte("chosen")
    )
    statement = select(chosen.c.reason, func.count(), func.count(chosen.c.key.distinct())).group_by(chosen.c.reason)
    reasons: dict[Reason, int] = {}
    reachable = 0
    for code, rows, addresses in session.execute(statement):
        if code is None:
            reachable = addresses
            if rows > addresses:
                reasons[Reason.DUPLICATE_ADDRESS] = rows - addresses
        else:
            reasons[Reason(code)] = reasons.get(Reason(code), 0) + rows
    return Counts(reachable, reasons, _excluded(session, audience))


def end_of_chunk(after: int, size: int) -> Select[int | None]:
    """The contact id that ends the next chunk of `size` contacts; null when there are none left."""
    chunk = select(Contact.id).where(Contact.id > after).order_by(Contact.id).limit(size).subquery()
    return select(func.max(chunk.c.id))


def prepare_chunk(
    campaign: Campaign, required: Sequence[str], after: int, upto: int, now: datetime, *, cancelled: bool
) -> Insert:
    """Deliveries for the chosen contacts with ids in (after, upto]; running it twice adds nothing.

    Of contacts that share an address the first gets the message, the others `duplicate_address`.
    """
    assert campaign.audience is not None
    reason = literal(Reason.CANCELLED.value) if cancelled else _reason(campaign, required, now)
    chosen = (
        select(
            Contact.id.label("contact_id"),
            Identity.id.label("identity_id"),
            Identity.address_key.label("address_key"),
            reason.label("reason"),
        )
        .select_from(Contact)
        .outerjoin(Identity, live_identity(campaign.channel))
        .where(Contact.id > after, Contact.id <= upto, _chosen(campaign.audience))
        .cte("chosen")
    )
    order = func.row_number().over(
        partition_by=(chosen.c.address_key, chosen.c.reason.is_(None)), order_by=chosen.c.contact_id
    )
    ranked = select(chosen, order.label("rank")).cte("ranked")
    taken = exists().where(
        Delivery.origin_id == campaign.origin_id,
        Delivery.channel == campaign.channel,
        Delivery.address_key == ranked.c.address_key,
    )
    twice = and_(ranked.c.reason.is_(None), or_(ranked.c.rank > 1, taken))
    final = case((twice, literal(Reason.DUPLICATE_ADDRESS.value)), else_=ranked.c.reason).label("final")
    rows = select(ranked.c.contact_id, ranked.c.identity_id, ranked.c.address_key, final).cte("rows")
    refused = DeliveryState.CANCELLED if cancelled else DeliveryState.SKIPPED
    free = rows.c.final.is_(None)
    source = select(
        literal(campaign.origin_id),
        rows.c.contact_id,
        rows.c.identity_id,
        literal(campaign.content_id),
        literal(campaign.channel),
        case((free, DeliveryState.PENDING.value), else_=refused.value),
        rows.c.final,
        case((free, rows.c.address_key), else_=null()),
    ).order_by(rows.c.contact_id)
    columns = ["origin_id", "contact_id", "identity_id", "content_id", "channel", "state", "reason", "address_key"]
    statement = insert(Delivery).from_select(columns, source)
    return statement.on_conflict_do_nothing(index_elements=["origin_id", "contact_id", "step"])


def _chosen(audience: Frozen) -> ColumnElement[bool]:
    as_of = datetime.fromisoformat(audience["as_of"])
    included = segments.any_of(audience["include"], as_of)
    if not audience["exclude"]:
        return included
    return and_(included, not_(segments.any_of(audience["exclude"], as_of)))


def _excluded(session: Session, audience: Frozen) -> int:
    if not audience["exclude"]:
        return 0
    as_of = datetime.fromisoformat(audience["as_of"])
    both = and_(segments.any_of(audience["include"], as_of), segments.any_of(audience["exclude"], as_of))
    return session.scalar(select(func.count(Contact.id)).where(both)) or 0


def _reason(campaign: Campaign, required: Sequence[str], now: datetime) -> ColumnElement[str | None]:
    reason = reason_for(campaign.channel, campaign.purpose, campaign.consent_required, now)
    lacking = [_lacks(name) for name in required]
    if not lacking:
        return reason
    return func.coalesce(reason, case((or_(*lacking), literal(Reason.TEMPLATE_LACKS_VALUE.value))))


def _lacks(name: str) -> ColumnElement[bool]:
    """Whether the contact has no value for a variable of the letter."""
    if name == "email":
        return Identity.address.is_(None)
    value = getattr(Contact, name) if name in CONTACT_VARIABLES else Contact.attributes[name].astext
    return func.coalesce(value, "") == ""
