"""Whom a campaign is for: its frozen audience as a condition, counted by reason and by price."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, or_, select, true
from sqlalchemy.orm import Session

from core.ports import Traits
from core.queries import segments
from core.queries import settings as business
from core.queries.capping import cap_for
from core.queries.eligibility import NOTHING, live_identity, reason_for
from core.queries.prices import price_of
from core.queries.spans import Span
from core.queries.templates import CONTACT_VARIABLES
from core.rules.addresses import ADDRESS_VARIABLES, address_variable
from core.rules.capping import Cap
from core.tables.campaigns import Campaign
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Delivery
from core.vocabulary import Reason

Value = ColumnElement[Any]
Frozen = dict[str, Any]
"""`include` and `exclude` hold expression trees, `as_of` the instant of which they speak (ISO 8601),
by the account's clock.

`beyond`, if there is one, is an origin: whoever has a delivery of it already is not chosen again.
"""


@dataclass(frozen=True, slots=True)
class Leg:
    """One channel of a campaign: what decides who may be written to there, and what their deliveries hold."""

    channel: str
    purpose: str
    consent_required: bool
    origin_id: int | None = None
    content_id: int | None = None
    step: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The campaign's."""
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    reachable: int
    reasons: dict[Reason, int]
    excluded: int
    asked: int = 0
    """Of those without consent: who lacks nothing else, and is asked for it."""


def frozen(session: Session, include: Sequence[int], exclude: Sequence[int], now: datetime) -> Frozen:
    """The audience as it is meant at this moment, for keeping with the campaign."""
    return {
        "include": [segments.tree(session, segment_id) for segment_id in include],
        "exclude": [segments.tree(session, segment_id) for segment_id in exclude],
        "as_of": business.local(session, now).isoformat(),
    }


def count(session: Session, audience: Frozen) -> int:
    """How many contacts are chosen, whether they can be reached or not."""
    segments.plan_for_all(session)
    return session.scalar(select(func.count(Contact.id)).where(chosen_by(audience))) or 0


def first(session: Session, audience: Frozen) -> int | None:
    """One of the chosen, the same each time: whose values a test is filled with."""
    chosen = select(Contact.id).where(chosen_by(audience), Contact.erased_at.is_(None))
    return session.scalar(chosen.order_by(Contact.id).limit(1))


def reached(
    session: Session,
    campaign: Campaign | Leg,
    audience: Frozen,
    required: Sequence[str],
    now: datetime,
    *,
    keys: Sequence[bytes],
    traits: Traits | None = None,
) -> set[bytes]:
    """Which of a few addresses, by their keys, belong to somebody who is chosen and gets the message."""
    present = (Identity.channel == campaign.channel, Identity.ended_at.is_(None), Identity.contact_id.is_not(None))
    owners = session.scalars(select(Identity.contact_id).where(Identity.address_key.in_(keys), *present)).all()
    if not owners:
        return set()
    days, cap = int(business.value(session, "consent_days")), cap_for(session, campaign.purpose, campaign.settings)
    statement = (
        select(Identity.address_key)
        .select_from(Contact)
        .join(Identity, live_identity(campaign.channel))
        .where(Contact.id.in_(owners), Identity.address_key.in_(keys), chosen_by(audience))
        .where(reason_of(campaign, required, now, days, traits=traits, cap=cap).is_(None))
    )
    return set(session.scalars(statement))


def by_reason(
    session: Session,
    campaign: Campaign | Leg,
    audience: Frozen,
    required: Sequence[str],
    now: datetime,
    *,
    traits: Traits | None = None,
    asking: Traits | None = None,
) -> Counts:
    """The chosen by the first reason that speaks against each, in one pass; addresses chosen twice count once.

    `asking` is what holds for requests for consent, where they are sent. Only addresses that several contacts share
    are told apart: sorting a million of them costs more than the rest.
    """
    segments.plan_for_all(session)
    chosen = judged(session, campaign, audience, required, now, traits=traits, asking=asking).cte("chosen")
    by_key = select(*chosen.c, func.count().label("rows")).group_by(*chosen.c).cte("by_key")
    addresses = func.sum(case((by_key.c.key.is_(None), by_key.c.rows), else_=1))
    kinds = (by_key.c.reason, by_key.c.waits)
    statement = select(*kinds, func.sum(by_key.c.rows), addresses).group_by(*kinds)
    reasons: Counter[Reason] = Counter()
    reachable = asked = 0
    for code, waiting, rows, once in session.execute(statement):
        if code is not None:
            reasons[Reason(code)] += int(once if waiting else rows)
        if code is None or waiting:
            reasons[Reason.DUPLICATE_ADDRESS] += int(rows - once)
        reachable += int(once) if code is None else 0
        asked += int(once) if waiting else 0
    return Counts(reachable, dict(+reasons), _excluded(session, audience), asked)


def judged(
    session: Session,
    campaign: Campaign | Leg,
    audience: Frozen,
    required: Sequence[str],
    now: datetime,
    *,
    traits: Traits | None = None,
    asking: Traits | None = None,
) -> Select[Any]:
    """The chosen, each with the first `reason` against them, and the `key` of an address that others have too.

    `waits` says who lacks nothing but consent, and is asked for it.
    """
    days, cap = int(business.value(session, "consent_days")), cap_for(session, campaign.purpose, campaign.settings)
    key = case((Identity.address_key.in_(_shared(campaign.channel)), Identity.address_key))
    reason = _unless_taken(reason_of(campaign, required, now, days, traits=traits, cap=cap), audience)
    waiting = false() if asking is None else waits(campaign, required, reason, now, None, asking=asking)
    return (
        select(reason.label("reason"), key.label("key"), waiting.label("waits"))
        .select_from(Contact)
        .outerjoin(Identity, live_identity(campaign.channel))
        .where(chosen_by(audience))
    )


def lacking(session: Session, campaign: Campaign, audience: Frozen, required: Sequence[str]) -> dict[str, int]:
    """How many of the chosen lack each variable that the letter needs; those that nobody lacks are left out."""
    if not required:
        return {}
    segments.plan_for_all(session)
    counts = [
        func.count().filter(_lacks(name, campaign.channel)).label(f"lacks_{at}") for at, name in enumerate(required)
    ]
    statement = (
        select(*counts)
        .select_from(Contact)
        .outerjoin(Identity, live_identity(campaign.channel))
        .where(chosen_by(audience))
    )
    found = session.execute(statement).one()
    return {name: int(count) for name, count in zip(required, found, strict=True) if count}


def by_price(
    session: Session,
    campaign: Campaign | Leg,
    audience: Frozen,
    required: Sequence[str],
    now: datetime,
    *,
    traits: Traits | None = None,
) -> list[tuple[Decimal | None, int]]:
    """How many of those who will get the message cost how much a part; None where no price is known."""
    segments.plan_for_all(session)
    days, price = int(business.value(session, "consent_days")), price_of(campaign.channel).label("price")
    cap = cap_for(session, campaign.purpose, campaign.settings)
    reached = (
        select(Identity.address_key, price)
        .select_from(Contact)
        .join(Identity, live_identity(campaign.channel))
        .where(chosen_by(audience), reason_of(campaign, required, now, days, traits=traits, cap=cap).is_(None))
        .distinct()
        .subquery()
    )
    rows = session.execute(select(reached.c.price, func.count()).group_by(reached.c.price))
    return [(row[0], row[1]) for row in rows]


def longest(
    session: Session, campaign: Campaign | Leg, audience: Frozen, names: Sequence[str], *, limit: int
) -> list[dict[str, Any]]:
    """The values of the chosen whose values for these names are the longest, and after them of some others."""
    known = [name for name in names if name != address_variable(campaign.channel)]
    texts = [getattr(Contact, name) if name in CONTACT_VARIABLES else Contact.attributes[name].astext for name in known]
    found = (
        select(Contact, Identity.address)
        .join(Identity, live_identity(campaign.channel))
        .where(chosen_by(audience), Contact.erased_at.is_(None))
    )
    length = sum((func.length(func.coalesce(text, "")) for text in texts), literal(0))
    first = session.execute(found.order_by(length.desc(), Contact.id).limit(1)).all()
    others = session.execute(found.order_by(Contact.id).limit(limit)).all()
    return [_values(contact, address, campaign.channel) for contact, address in (*first, *others)]


def _values(contact: Contact, address: str | None, channel: str) -> dict[str, Any]:
    fields = ("first_name", "last_name", "language", "country", "external_id")
    own = {field: getattr(contact, field) for field in fields}
    return {**contact.attributes, **own, address_variable(channel): address}


def _shared(channel: str) -> Select[bytes]:
    """The present addresses that more than one contact has."""
    return (
        select(Identity.address_key)
        .where(Identity.channel == channel, Identity.ended_at.is_(None))
        .group_by(Identity.address_key)
        .having(func.count() > 1)
    )


def chosen_by(audience: Frozen, span: Span | None = None) -> ColumnElement[bool]:
    as_of = datetime.fromisoformat(audience["as_of"])
    included = segments.any_of(audience["include"], as_of, span)
    chosen = and_(included, segments.none_of(audience["exclude"], as_of, span))
    beyond = audience.get("beyond")
    return chosen if beyond is None else and_(chosen, _without_delivery(beyond, span))


def _without_delivery(origin_id: int, span: Span | None) -> ColumnElement[bool]:
    had = select(Delivery.contact_id).where(Delivery.origin_id == origin_id, Delivery.contact_id == Contact.id)
    bounds = span.holds(Delivery.contact_id) if span else ()
    return ~had.where(Delivery.step == 0, *bounds).exists()


def _excluded(session: Session, audience: Frozen) -> int:
    if not audience["exclude"]:
        return 0
    as_of = datetime.fromisoformat(audience["as_of"])
    both = and_(segments.any_of(audience["include"], as_of), segments.any_of(audience["exclude"], as_of))
    return session.scalar(select(func.count(Contact.id)).where(both)) or 0


def reason_of(
    campaign: Campaign | Leg,
    required: Sequence[str],
    now: datetime,
    consent_days: int,
    span: Span | None = None,
    *,
    traits: Traits | None = None,
    cap: Cap | None = None,
) -> ColumnElement[str | None]:
    """Why a contact gets nothing, or null: what speaks against the person, or a value that the letter needs."""
    reason = reason_for(
        campaign.channel,
        campaign.purpose,
        campaign.consent_required,
        now,
        consent_days=consent_days,
        span=span,
        traits=traits,
        cap=cap,
        topic=campaign.topic,
    )
    return func.coalesce(reason, lacking_value(required, campaign.channel))


def waits(
    campaign: Campaign | Leg,
    required: Sequence[str],
    reason: Value,
    now: datetime,
    span: Span | None,
    *,
    asking: Traits,
) -> Value:
    """Whether consent is all that is missing, so that they are asked for it."""
    if not campaign.consent_required:
        return false()
    other = reason_for(campaign.channel, campaign.purpose, False, now, span=span, traits=asking, topic=campaign.topic)
    free = func.coalesce(other, lacking_value(required, campaign.channel)).is_(None)
    return and_(func.coalesce(reason, "") == Reason.CONSENT_MISSING.value, free)


def lacking_value(required: Sequence[str], channel: str) -> ColumnElement[str | None]:
    lacking = [_lacks(name, channel) for name in required]
    return case((or_(*lacking), literal(Reason.TEMPLATE_LACKS_VALUE.value))) if lacking else NOTHING


def _unless_taken(reason: Value, audience: Frozen) -> Value:
    """An address that has been written to in this campaign, as another contact's, is not written to again."""
    if audience.get("beyond") is None:
        return reason
    had = select(Delivery.id).where(
        Delivery.origin_id == audience["beyond"],
        Delivery.channel == Identity.channel,
        Delivery.address_key == Identity.address_key,
    )
    return func.coalesce(reason, case((had.exists(), literal(Reason.DUPLICATE_ADDRESS.value))))


def _lacks(name: str, channel: str) -> ColumnElement[bool]:
    """Whether the contact has no value for a variable of the letter; an address is known on its own channel alone."""
    if name in ADDRESS_VARIABLES:
        return Identity.address.is_(None) if name == address_variable(channel) else true()
    value = getattr(Contact, name) if name in CONTACT_VARIABLES else Contact.attributes[name].astext
    return func.coalesce(value, "") == ""
