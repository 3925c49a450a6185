"""The statements of the claim: where there may be work, whose turn it is, and what is leased to one worker.

Each function returns a statement, run by the dispatcher's asynchronous connection and by tests alike.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    Date,
    DateTime,
    Insert,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    null,
    select,
    update,
)
from sqlalchemy.sql.dml import Delete

from core.ports import FirstContact, Traits
from core.queries.capping import UNCAPPED, reason_by_one
from core.queries.eligibility import TEXTED, conversation_reason, is_approved, suppression_reason
from core.queries.gates import barred_origins
from core.queries.given import given
from core.queries.relays import on_lane
from core.rules.capping import Cap
from core.tables.campaigns import Campaign, Origin
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Batch, Delivery
from core.vocabulary import DeliveryState as S
from core.vocabulary import OriginKind, Reason

LEASE_SECONDS = 60
ASKED = (Delivery.id, Delivery.contact_id, Delivery.address_key, Delivery.identity_id, Delivery.content_id)
NOW = bindparam("now", type_=DateTime(timezone=True))
TOPIC: BindParameter[str] = bindparam("topic", type_=Text)


def open_origins(channel: str, *, answers: bool | None = None, lane: int | None = None) -> Select[Any]:
    """Where there may be work on the channel, oldest first: id, purpose, topic, the contact whose values all get,
    sender, the campaign's sending hours, whether it goes past the frequency cap, and since when.

    Where one process carries `answers` to customers and others carry all else, each looks for its own; and so does
    the `lane` of a sender that has servers of its own.
    """
    statement = (
        select(
            Origin.id,
            Origin.purpose,
            Origin.topic,
            Origin.sample_id,
            Origin.sender_id,
            Campaign.settings["hours"],
            Campaign.settings[UNCAPPED],
            func.coalesce(Campaign.launched_at, Origin.created_at),
        )
        .outerjoin(Campaign, Campaign.id == Origin.campaign_id)
        .where(Origin.channel == channel, Origin.open, Origin.id.not_in(barred_origins(channel)), on_lane(lane))
        .order_by(Origin.id)
    )
    if answers is None:
        return statement
    return statement.where((Origin.kind == OriginKind.REPLY) if answers else (Origin.kind != OriginKind.REPLY))


def reach_first_fresh() -> Update:
    """Move the cursor of `:origin` to just before its first fresh delivery; each row is passed once in its life."""
    first = (
        select(Delivery.id)
        .where(Delivery.origin_id == Origin.id, Delivery.id > Origin.claimed_up_to, fresh())
        .order_by(Delivery.id)
        .limit(1)
        .correlate(Origin)
        .scalar_subquery()
    )
    return (
        update(Origin)
        .where(Origin.id == _number("origin"))
        .values(claimed_up_to=func.coalesce(first - 1, Origin.claimed_up_to))
        .returning(Origin.claimed_up_to)
    )


def claim_fresh(
    channel: str, purpose: str, *, traits: Traits | None = None, timed: bool = False, cap: Cap | None = None
) -> Select[Any]:
    """Claim up to `:size` fresh deliveries of `:origin` with ids above `:after`; the suppressed come back `skipped`.

    `:topic` is the origin's, and `:sample` the contact whose values they all get instead of their own; both may be
    null. Where customers must write first (`traits`), those who have not, or not of late by `:now`, come back
    `skipped` too. A `timed` claim leaves those `pending` whose time zone is closed (see core.services.times), until it
    opens. Where there is a `cap`, those who have had enough messages come back `skipped`.
    """
    fits = and_(Delivery.origin_id == _number("origin"), Delivery.id > _number("after"), fresh())
    return _claimed(select(*ASKED).where(fits).order_by(Delivery.id), channel, purpose, traits, timed=timed, cap=cap)


def claim_due(
    channel: str, purpose: str, *, traits: Traits | None = None, timed: bool = False, cap: Cap | None = None
) -> Select[Any]:
    """Claim up to `:size` deliveries whose own time has come by `:now`: retries, and what a dead worker left."""
    due = (
        select(*ASKED)
        .where(Delivery.origin_id == _number("origin"), Delivery.due_at <= NOW, Delivery.state == S.PENDING)
        .order_by(Delivery.due_at, Delivery.id)
    )
    return _claimed(due, channel, purpose, traits, timed=timed, cap=cap)


def open_batch() -> Insert:
    """Note that `:holder_name` holds `:ids` of `:origin`."""
    return (
        insert(Batch)
        .values(
            origin_id=_number("origin"),
            holder=bindparam("holder_name", type_=Text),
            lease_until=_lease(),
            delivery_ids=bindparam("ids", type_=ARRAY(BigInteger)),
            day=bindparam("slots_day", type_=Date),
        )
        .returning(Batch.id)
    )


def renew(batch_ids: Sequence[int], holder: str) -> Update:
    """Prolong the leases that are still ours; a batch that is not returned has been taken away."""
    return (
        update(Batch)
        .where(Batch.id.in_(batch_ids), Batch.holder == holder)
        .values(lease_until=_lease())
        .returning(Batch.id)
    )


def close_batches(batch_ids: Sequence[int]) -> Delete:
    return delete(Batch).where(Batch.id.in_(batch_ids))


def fresh() -> ColumnElement[bool]:
    return and_(Delivery.state == S.PENDING, Delivery.due_at.is_(None))


def _claimed(
    due: Select[*tuple[Any, ...]], channel: str, purpose: str, traits: Traits | None, *, timed: bool, cap: Cap | None
) -> Select[Any]:
    """CTEs keep the planner from running LIMIT twice, and the lists from being asked once for each column.

    The update touches no index unless a wait has ended.
    """
    locked = due.limit(_number("size")).with_for_update(skip_locked=True).cte("due")
    reason = suppression_reason(channel, purpose, locked.c.contact_id, locked.c.address_key, topic=TOPIC)
    if traits is not None and traits.first_contact is FirstContact.MUST_WRITE_FIRST:
        approved = is_approved(locked.c.content_id)
        reason = func.coalesce(reason, conversation_reason(traits, NOW, locked.c.identity_id, anytime=approved))
    if cap is not None:
        reason = func.coalesce(reason, reason_by_one(cap, NOW, locked.c.contact_id))
    opening = _opening(locked.c.contact_id, locked.c.identity_id, channel) if timed else null()
    judged = (
        select(locked.c.id, reason.label("reason"), opening.label("opening")).cte("judged").prefix_with("MATERIALIZED")
    )
    free: ColumnElement[bool] = judged.c.reason.is_(None)
    state = case((free, S.CLAIMED.value), else_=S.SKIPPED.value)
    why: ColumnElement[Any] = judged.c.reason
    due_at: ColumnElement[Any] = null()
    if timed:
        closed = and_(free, judged.c.opening > NOW)
        state = case((closed, S.PENDING.value), (free, S.CLAIMED.value), else_=S.SKIPPED.value)
        why = case((closed, Reason.QUIET_HOURS.value), else_=judged.c.reason)
        due_at = case((closed, judged.c.opening))
        free = and_(free, judged.c.opening <= NOW)
    taken = (
        update(Delivery)
        .where(Delivery.id == judged.c.id)
        .values(
            state=state,
            reason=why,
            due_at=due_at,
            generation=Delivery.generation + 1,
            attempt=Delivery.attempt + case((free, 1), else_=0),
        )
        .returning(
            Delivery.id,
            Delivery.generation,
            Delivery.attempt,
            Delivery.state,
            Delivery.created_at,
            Delivery.content_id,
            Delivery.contact_id,
            Delivery.identity_id,
        )
        .cte("taken")
    )
    return (
        select(
            taken.c.id,
            taken.c.generation,
            taken.c.attempt,
            taken.c.state,
            taken.c.created_at,
            taken.c.content_id,
            Identity.address,
            Contact.first_name,
            Contact.last_name,
            Contact.language,
            Contact.country,
            Contact.external_id,
            cast(Contact.attributes, Text),
        )
        .select_from(taken)
        .outerjoin(Identity, Identity.id == taken.c.identity_id)
        .outerjoin(Contact, Contact.id == func.coalesce(_number("sample"), taken.c.contact_id))
        .order_by(taken.c.id)
    )


def _opening(contact_id: ColumnElement[int], identity_id: ColumnElement[int], channel: str) -> ColumnElement[datetime]:
    """When the contact's time zone opens, else their country's, else the account's; not before their number may."""
    instant = DateTime(timezone=True)
    zone = given("by_zone", zone=Text, zone_opening=instant)
    country = given("by_country", country=Text, country_opening=instant)
    usual = bindparam("usual_opening", type_=instant)
    known = (
        select(func.coalesce(zone.c.zone_opening, country.c.country_opening))
        .select_from(Contact)
        .outerjoin(zone, zone.c.zone == Contact.timezone)
        .outerjoin(country, country.c.country == func.upper(Contact.country))
        .where(Contact.id == contact_id)
    )
    opening = func.coalesce(known.scalar_subquery(), usual)
    return func.greatest(opening, _by_number(identity_id)) if channel == TEXTED else opening


def _by_number(identity_id: ColumnElement[int]) -> ColumnElement[datetime]:
    """When the rules of the number's country allow it, in the contact's zone if that is one of the country's."""
    instant = DateTime(timezone=True)
    number = given("by_number", beginning=Text, number_opening=instant)
    place = given("by_place", place_beginning=Text, place_zone=Text, place_opening=instant)
    there = and_(place.c.place_beginning == number.c.beginning, place.c.place_zone == Contact.timezone)
    return (
        select(func.coalesce(place.c.place_opening, number.c.number_opening))
        .select_from(Identity)
        .join(number, func.starts_with(Identity.address, number.c.beginning))
        .outerjoin(Contact, Contact.id == Identity.contact_id)
        .outerjoin(place, there)
        .where(Identity.id == identity_id)
        .order_by(func.length(number.c.beginning).desc())
        .limit(1)
        .scalar_subquery()
    )


def _number(name: str) -> BindParameter[int]:
    return bindparam(name, type_=BigInteger)


def _lease() -> ColumnElement[datetime]:
    return func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, LEASE_SECONDS)
