"""A segment's expression as an SQL condition over `Contact`; every value is a bound parameter."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any as Anything

from sqlalchemy import (
    ColumnElement,
    Date,
    Exists,
    Numeric,
    Select,
    String,
    and_,
    any_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import CollectionAggregate

from core.queries.eligibility import Column, in_force
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
    Operator,
    birthdays,
)
from core.tables.campaigns import Origin
from core.tables.consent import Consent
from core.tables.contacts import Contact, Identity
from core.tables.conversations import Conversation
from core.tables.deliveries import Delivery
from core.tables.events import Engagement as Summary
from core.tables.segments import SegmentMember
from core.tables.suppression import Suppression
from core.vocabulary import AttributeType, DeliveryState, OriginKind, Purpose

Condition = ColumnElement[bool]


def condition(node: Node, as_of: datetime) -> Condition:
    """Whom the tree means at that instant.

    Where a value is missing a comparison does not hold, and its negation does: NOT is written `IS NOT TRUE`. It is
    brought down to the leaves, where what lies in other tables is asked by EXISTS or NOT EXISTS: from these the
    planner makes joins where they stand below AND alone, and hashes or index look-ups where they stand below OR.
    """
    match node:
        case All(parts):
            return and_(true(), *(condition(part, as_of) for part in parts))
        case Any(parts):
            return or_(false(), *(condition(part, as_of) for part in parts))
        case Not(part):
            return _negation(part, as_of)
        case Compare():
            return _compare(node, as_of)
        case _:
            return _elsewhere(node, as_of)


def _negation(node: Node, as_of: datetime) -> Condition:
    match node:
        case All(parts):
            return or_(false(), *(_negation(part, as_of) for part in parts))
        case Any(parts):
            return and_(true(), *(_negation(part, as_of) for part in parts))
        case Not(part):
            return condition(part, as_of)
        case Compare():
            return _compare(node, as_of).is_not(true())
        case _:
            return ~_elsewhere(node, as_of)


def _elsewhere(node: Node, as_of: datetime) -> Exists:
    """Whether rows of other tables say so of the contact."""
    match node:
        case HasChannel(channel):
            found = select(Identity.contact_id).where(*_live(channel))
        case HasConsent(channel, purpose):
            found = _consented(channel, purpose)
        case OnList():
            return _listed(node)
        case MemberOf(segment_id):
            found = _members(segment_id, as_of)
        case Engaged():
            found = _engaged(node, as_of)
        case HasWritten(channel, days):
            found = _written(channel, days, as_of)
        case _:
            raise AssertionError("comparisons and connectives lie in no other table")
    return found.correlate(Contact).exists()


def _compare(node: Compare, as_of: datetime) -> Condition:
    if node.operator is Operator.IS_SET:
        return _raw(node).is_not(None)
    if node.type is AttributeType.TEXT:
        return _text(node)
    if node.type is AttributeType.NUMBER:
        json = Contact.attributes[node.name]
        number = case((func.jsonb_typeof(json) == "number", cast(json, Numeric)))
        return _ordered(number, node, lambda value: value)
    if node.type is AttributeType.FLAG:
        flag: ColumnElement[str] = Contact.attributes[node.name].astext
        return flag == ("true" if node.value else "false")
    return _date(node, as_of)


def _raw(node: Compare) -> ColumnElement[Anything]:
    if node.attribute:
        return func.nullif(Contact.attributes[node.name].astext, "")
    column: ColumnElement[Anything] = getattr(Contact, node.name)
    return func.nullif(column, "") if node.type is AttributeType.TEXT else column


def _text(node: Compare) -> Condition:
    """Capitals make no difference, as people expect of a list that people typed."""
    raw: ColumnElement[str] = Contact.attributes[node.name].astext if node.attribute else getattr(Contact, node.name)
    match node.operator:
        case Operator.CONTAINS:
            return raw.icontains(str(node.value), autoescape=True)
        case Operator.STARTS:
            return raw.istartswith(str(node.value), autoescape=True)
        case Operator.ONE_OF:
            assert isinstance(node.value, tuple)
            return func.lower(raw).in_([func.lower(literal(str(value))) for value in node.value])
        case Operator.NE:
            return func.lower(raw).is_distinct_from(func.lower(literal(str(node.value))))
        case _:
            return func.lower(raw) == func.lower(literal(str(node.value)))


def _date(node: Compare, as_of: datetime) -> Condition:
    """Attributes hold dates as ISO 8601 text, which sorts as it is: no cast that a stray value could break."""
    day: ColumnElement[Anything]
    if node.attribute:
        day = func.left(Contact.attributes[node.name].astext, 10).collate("C")
        write: Callable[[Anything], Anything] = _iso
        recurring = func.substr(Contact.attributes[node.name].astext, 6, 5)
    else:
        day = cast(func.timezone("UTC", getattr(Contact, node.name)), Date)
        write = _as_is
        recurring = func.to_char(func.timezone("UTC", getattr(Contact, node.name)), "MM-DD")
    if node.operator is Operator.BIRTHDAY_IN:
        assert isinstance(node.value, int)
        return recurring.in_(birthdays(as_of.date(), node.value))
    if node.operator is Operator.WITHIN_LAST:
        assert isinstance(node.value, int)
        return day.between(write(_days_before(as_of, node.value)), write(as_of.date()))
    return _ordered(day, node, write)


def _ordered(column: ColumnElement[Anything], node: Compare, write: Callable[[Anything], Anything]) -> Condition:
    if isinstance(node.value, tuple):
        values = [write(value) for value in node.value]
        return column.between(*values) if node.operator is Operator.BETWEEN else column.in_(values)
    return COMPARISONS[node.operator](column, write(node.value))


def _live(channel: str) -> tuple[Condition, ...]:
    return Identity.contact_id == Contact.id, Identity.channel == channel, Identity.ended_at.is_(None)


def _consented(channel: str, purpose: str) -> Select[Anything]:
    """Some record says yes, and none after it says no: a form that the planner turns into joins with few rows."""
    later = aliased(Consent)
    taken_back = (
        select(later.id)
        .where(later.contact_id == Consent.contact_id, later.channel == channel, later.purpose == purpose)
        .where(later.id > Consent.id, ~later.given)
        .correlate(Consent)
    )
    given = (Consent.contact_id == Contact.id, Consent.channel == channel, Consent.purpose == purpose, Consent.given)
    return select(Consent.id).where(*given, ~taken_back.exists())


def _listed(node: OnList) -> Exists:
    """Named as a contact, or by the present address: one set, so that the planner can join it."""
    holds = list(in_force(node.channel, Purpose.MARKETING))
    if node.list is not None:
        holds.append(Suppression.list == node.list.value)
    by_contact = select(Suppression.contact_id).where(*holds, Suppression.address_key.is_(None))
    by_address = (
        select(Identity.contact_id)
        .join(Suppression, Suppression.address_key == Identity.address_key)
        .where(*holds, Identity.channel == node.channel, Identity.ended_at.is_(None))
    )
    named = union_all(by_contact, by_address).subquery()
    return select(named.c.contact_id).where(named.c.contact_id == Contact.id).correlate(Contact).exists()


def _members(segment_id: int, as_of: datetime) -> Select[Anything]:
    """A member at that instant, whatever was added or removed since."""
    return (
        select(SegmentMember.contact_id)
        .where(SegmentMember.segment_id == segment_id, SegmentMember.contact_id == Contact.id)
        .where(SegmentMember.added_at <= as_of)
        .where(or_(SegmentMember.removed_at.is_(None), SegmentMember.removed_at > as_of))
    )


def _engaged(node: Engaged, as_of: datetime) -> Select[Anything]:
    """Who received is told by the deliveries; who read or clicked by the summary of each recipient's events."""
    at: Column
    if node.how is Engagement.RECEIVED:
        at = Delivery.settled_at
        sent = Delivery.state.in_((DeliveryState.SENT.value, DeliveryState.DELIVERED.value))
        whose = (Delivery.contact_id == Contact.id, Delivery.origin_id == _runs(node))
        statement = select(Delivery.id).where(*whose, sent)
    else:
        at = Summary.read_at if node.how is Engagement.OPENED else Summary.clicked_at
        whose = (Summary.contact_id == Contact.id, Summary.origin_id == _runs(node))
        statement = select(Summary.delivery_id).where(*whose, at.is_not(None))
    return statement if node.days is None else statement.where(at >= as_of - timedelta(days=node.days))


def _runs(node: Engaged) -> CollectionAggregate[Anything]:
    """The origins of the campaign, or of all: an array, looked up once, so that no join is needed to tell them."""
    runs = select(Origin.id).where(Origin.kind == OriginKind.CAMPAIGN)
    if node.campaign_id is not None:
        runs = runs.where(Origin.campaign_id == node.campaign_id)
    return any_(func.array(runs.scalar_subquery()))


def _written(channel: str | None, days: int | None, as_of: datetime) -> Select[Anything]:
    statement = (
        select(Conversation.identity_id)
        .join(Identity, Identity.id == Conversation.identity_id)
        .where(Identity.contact_id == Contact.id)
    )
    if channel is not None:
        statement = statement.where(Identity.channel == channel)
    if days is not None:
        statement = statement.where(Conversation.last_inbound_at >= as_of - timedelta(days=days))
    return statement


def _days_before(as_of: datetime, days: int) -> date:
    return as_of.date() - timedelta(days=days)


def _iso(value: Anything) -> ColumnElement[str]:
    return literal(value.isoformat(), String())


def _as_is(value: Anything) -> Anything:
    return value


COMPARISONS: dict[Operator, Callable[[ColumnElement[Anything], Anything], Condition]] = {
    Operator.EQ: lambda column, value: column == value,
    Operator.NE: lambda column, value: column.is_distinct_from(value),
    Operator.LT: lambda column, value: column < value,
    Operator.LE: lambda column, value: column <= value,
    Operator.GT: lambda column, value: column > value,
    Operator.GE: lambda column, value: column >= value,
}
