"""A segment's expression as an SQL condition over `Contact`; every value is a bound parameter."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any as Anything

from sqlalchemy import (
    ColumnElement,
    Date,
    Numeric,
    String,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from core.queries.eligibility import in_force
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
from core.tables import events
from core.tables.campaigns import Origin
from core.tables.consent import Consent
from core.tables.contacts import Contact, Identity
from core.tables.conversations import Conversation
from core.tables.deliveries import Delivery
from core.tables.segments import SegmentMember
from core.tables.suppression import Suppression
from core.vocabulary import AttributeType, DeliveryState, OriginKind, Purpose

Condition = ColumnElement[bool]


def condition(node: Node, as_of: datetime) -> Condition:  # noqa: PLR0911 - one line a node
    """Whom the tree means at that instant.

    Where a value is missing a comparison does not hold, and its negation does: NOT is written `IS NOT TRUE`.
    What lies in other tables is asked by EXISTS, from which the planner makes a semi-join where it can, and a hash
    or an index look-up where it stands below OR.
    """
    match node:
        case All(parts):
            return and_(true(), *(condition(part, as_of) for part in parts))
        case Any(parts):
            return or_(false(), *(condition(part, as_of) for part in parts))
        case Not(part):
            return condition(part, as_of).is_not(true())
        case Compare():
            return _compare(node, as_of)
        case HasChannel(channel):
            return select(Identity.id).where(*_live(channel)).correlate(Contact).exists()
        case HasConsent(channel, purpose):
            return _consented(channel, purpose)
        case OnList():
            return _listed(node)
        case MemberOf(segment_id):
            return _member(segment_id, as_of)
        case Engaged():
            return _engaged(node, as_of)
        case HasWritten(channel, days):
            return _written(channel, days, as_of)


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


def _consented(channel: str, purpose: str) -> Condition:
    """Some record says yes, and none after it: a form that the planner turns into joins."""
    later = aliased(Consent)
    taken_back = (
        select(later.id)
        .where(later.contact_id == Consent.contact_id, later.channel == channel, later.purpose == purpose)
        .where(later.id > Consent.id)
        .correlate(Consent)
    )
    given = (Consent.contact_id == Contact.id, Consent.channel == channel, Consent.purpose == purpose, Consent.given)
    return select(Consent.id).where(*given, ~taken_back.exists()).correlate(Contact).exists()


def _listed(node: OnList) -> Condition:
    holds = list(in_force(node.channel, Purpose.MARKETING))
    if node.list is not None:
        holds.append(Suppression.list == node.list.value)
    by_contact = select(Suppression.id).where(
        *holds, Suppression.address_key.is_(None), Suppression.contact_id == Contact.id
    )
    by_address = (
        select(Identity.id)
        .join(Suppression, Suppression.address_key == Identity.address_key)
        .where(*holds, *_live(node.channel))
    )
    return or_(by_contact.correlate(Contact).exists(), by_address.correlate(Contact).exists())


def _member(segment_id: int, as_of: datetime) -> Condition:
    """A member at that instant, whatever was added or removed since."""
    return (
        select(SegmentMember.contact_id)
        .where(SegmentMember.segment_id == segment_id, SegmentMember.contact_id == Contact.id)
        .where(SegmentMember.added_at <= as_of)
        .where(or_(SegmentMember.removed_at.is_(None), SegmentMember.removed_at > as_of))
        .correlate(Contact)
        .exists()
    )


def _engaged(node: Engaged, as_of: datetime) -> Condition:
    statement = (
        select(Delivery.id)
        .join(Origin, Origin.id == Delivery.origin_id)
        .where(Delivery.contact_id == Contact.id, Origin.kind == OriginKind.CAMPAIGN)
    )
    at: ColumnElement[Anything] = Delivery.settled_at  # type: ignore[assignment]  # a mapped column is one
    if node.how is Engagement.RECEIVED:
        statement = statement.where(Delivery.state.in_((DeliveryState.SENT.value, DeliveryState.DELIVERED.value)))
    else:
        opened = node.how is Engagement.OPENED
        at = events.Engagement.read_at if opened else events.Engagement.clicked_at  # type: ignore[assignment]
        statement = statement.join(events.Engagement, events.Engagement.delivery_id == Delivery.id)
        statement = statement.where(at.is_not(None))
    if node.campaign_id is not None:
        statement = statement.where(Origin.campaign_id == node.campaign_id)
    if node.days is not None:
        statement = statement.where(at >= as_of - timedelta(days=node.days))
    return statement.correlate(Contact).exists()


def _written(channel: str | None, days: int | None, as_of: datetime) -> Condition:
    statement = (
        select(Conversation.identity_id)
        .join(Identity, Identity.id == Conversation.identity_id)
        .where(Identity.contact_id == Contact.id)
    )
    if channel is not None:
        statement = statement.where(Identity.channel == channel)
    if days is not None:
        statement = statement.where(Conversation.last_inbound_at >= as_of - timedelta(days=days))
    return statement.correlate(Contact).exists()


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
