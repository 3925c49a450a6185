"""A segment's expression as an SQL condition over `Contact`; every value is a bound parameter."""

from datetime import datetime, timedelta
from typing import Any as Anything

from sqlalchemy import (
    Exists,
    Select,
    and_,
    any_,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.elements import CollectionAggregate

from core.queries.eligibility import consented, in_force
from core.queries.segment_comparisons import Condition, compare
from core.queries.spans import Column, Span, within
from core.rules.segments.tree import (
    All,
    Any,
    Compare,
    Engaged,
    Engagement,
    HasChannel,
    HasConsent,
    HasWritten,
    MemberOf,
    Node,
    Not,
    OnList,
)
from core.tables.campaigns import Origin
from core.tables.contacts import Contact, Identity
from core.tables.conversations import Conversation
from core.tables.deliveries import Delivery
from core.tables.events import Engagement as Summary
from core.tables.segments import SegmentMember
from core.tables.suppression import Suppression
from core.vocabulary import DeliveryState, OriginKind, Purpose


def condition(node: Node, as_of: datetime, span: Span | None = None) -> Condition:
    """Whom the tree means at that instant; with a span, of the contacts within it, which the caller chooses.

    Where a value is missing a comparison does not hold, and its negation does: NOT is written `IS NOT TRUE`. It is
    brought down to the leaves, where what lies in other tables is asked by EXISTS or NOT EXISTS: from these the
    planner makes joins where they stand below AND alone, and hashes or index look-ups where they stand below OR.
    """
    match node:
        case All(parts):
            return and_(true(), *(condition(part, as_of, span) for part in parts))
        case Any(parts):
            return or_(false(), *(condition(part, as_of, span) for part in parts))
        case Not(part):
            return _negation(part, as_of, span)
        case Compare():
            return compare(node, as_of)
        case _:
            return _elsewhere(node, as_of, span)


def _negation(node: Node, as_of: datetime, span: Span | None) -> Condition:
    match node:
        case All(parts):
            return or_(false(), *(_negation(part, as_of, span) for part in parts))
        case Any(parts):
            return and_(true(), *(_negation(part, as_of, span) for part in parts))
        case Not(part):
            return condition(part, as_of, span)
        case Compare():
            return compare(node, as_of).is_not(true())
        case _:
            return ~_elsewhere(node, as_of, span)


def _elsewhere(node: Node, as_of: datetime, span: Span | None) -> Exists:
    """Whether rows of other tables say so of the contact."""
    match node:
        case HasChannel(channel):
            found = select(Identity.contact_id).where(*_live(channel), *_of(Identity.contact_id, span))
        case HasConsent(channel, purpose):
            return consented(channel, purpose, span)
        case OnList():
            return _listed(node, span)
        case MemberOf(segment_id):
            found = _members(segment_id, as_of, span)
        case Engaged():
            found = _engaged(node, as_of, span)
        case HasWritten(channel, days):
            found = _written(channel, days, as_of, span)
        case _:
            raise AssertionError("comparisons and connectives lie in no other table")
    return found.correlate(Contact).exists()


def _of(column: Column, span: Span | None) -> tuple[Condition, ...]:
    """The row is the contact's."""
    return column == Contact.id, *within(column, span)


def _live(channel: str) -> tuple[Condition, ...]:
    return Identity.channel == channel, Identity.ended_at.is_(None)


def _listed(node: OnList, span: Span | None) -> Exists:
    """Named as a contact, or by the present address: one set, so that the planner can join it."""
    holds = list(in_force(node.channel, Purpose.MARKETING))
    if node.list is not None:
        holds.append(Suppression.list == node.list.value)
    by_contact = (
        select(Suppression.contact_id)
        .where(*holds, Suppression.address_key.is_(None))
        .where(*within(Suppression.contact_id, span))
    )
    by_address = (
        select(Identity.contact_id)
        .join(Suppression, Suppression.address_key == Identity.address_key)
        .where(*holds, *_live(node.channel), *within(Identity.contact_id, span))
    )
    named = union_all(by_contact, by_address).subquery()
    return select(named.c.contact_id).where(named.c.contact_id == Contact.id).correlate(Contact).exists()


def _members(segment_id: int, as_of: datetime, span: Span | None) -> Select[Anything]:
    """A member at that instant, whatever was added or removed since."""
    return (
        select(SegmentMember.contact_id)
        .where(SegmentMember.segment_id == segment_id, *_of(SegmentMember.contact_id, span))
        .where(SegmentMember.added_at <= as_of)
        .where(or_(SegmentMember.removed_at.is_(None), SegmentMember.removed_at > as_of))
    )


def _engaged(node: Engaged, as_of: datetime, span: Span | None) -> Select[Anything]:
    """Who received is told by the deliveries; who read or clicked by the summary of each recipient's events."""
    at: Column
    if node.how is Engagement.RECEIVED:
        at = Delivery.settled_at
        sent = Delivery.state.in_((DeliveryState.SENT.value, DeliveryState.DELIVERED.value))
        whose = (*_of(Delivery.contact_id, span), Delivery.origin_id == _runs(node))
        statement = select(Delivery.id).where(*whose, sent)
    else:
        at = Summary.read_at if node.how is Engagement.OPENED else Summary.clicked_at
        whose = (*_of(Summary.contact_id, span), Summary.origin_id == _runs(node))
        statement = select(Summary.delivery_id).where(*whose, at.is_not(None))
    return statement if node.days is None else statement.where(at >= as_of - timedelta(days=node.days))


def _runs(node: Engaged) -> CollectionAggregate[Anything]:
    """The origins of the campaign, or of all: an array, looked up once, so that no join is needed to tell them."""
    runs = select(Origin.id).where(Origin.kind == OriginKind.CAMPAIGN)
    if node.campaign_id is not None:
        runs = runs.where(Origin.campaign_id == node.campaign_id)
    return any_(func.array(runs.scalar_subquery()))


def _written(channel: str | None, days: int | None, as_of: datetime, span: Span | None) -> Select[Anything]:
    statement = (
        select(Conversation.identity_id)
        .join(Identity, Identity.id == Conversation.identity_id)
        .where(*_of(Identity.contact_id, span))
    )
    if channel is not None:
        statement = statement.where(Identity.channel == channel)
    if days is not None:
        statement = statement.where(Conversation.last_inbound_at >= as_of - timedelta(days=days))
    return statement
