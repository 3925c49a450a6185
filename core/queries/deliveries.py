"""The hot path's statements: claim, mark, record, and what brings a dead worker's deliveries back.

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
    Integer,
    Select,
    TableValuedAlias,
    Text,
    Update,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.dml import Delete, ReturningUpdate

from core.ports import FirstContact, Traits
from core.queries.eligibility import conversation_reason, is_approved, suppression_reason
from core.queries.liveness import is_dead
from core.tables.attempts import Attempt
from core.tables.campaigns import Campaign, Origin
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Batch, Delivery
from core.tables.gates import Gate
from core.vocabulary import CampaignState, GateScope, OriginKind, Purpose, Reason
from core.vocabulary import DeliveryState as S

LEASE_SECONDS = 60
ASKED = (Delivery.id, Delivery.contact_id, Delivery.address_key, Delivery.identity_id, Delivery.content_id)
NOW = bindparam("now", type_=DateTime(timezone=True))


def open_origins(channel: str, *, answers: bool | None = None) -> Select[Any]:
    """Where there may be work on the channel, oldest first: id, purpose, the contact whose values all get, sender,
    the campaign's sending hours, and since when.

    Where one process carries `answers` to customers and others carry all else, each looks for its own.
    """
    statement = (
        select(
            Origin.id,
            Origin.purpose,
            Origin.sample_id,
            Origin.sender_id,
            Campaign.settings["hours"],
            func.coalesce(Campaign.launched_at, Origin.created_at),
        )
        .outerjoin(Campaign, Campaign.id == Origin.campaign_id)
        .where(Origin.channel == channel, Origin.open, Origin.id.not_in(barred_origins(channel)))
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


def claim_fresh(channel: str, purpose: str, *, traits: Traits | None = None, timed: bool = False) -> Select[Any]:
    """Claim up to `:size` fresh deliveries of `:origin` with ids above `:after`; the suppressed come back `skipped`.

    `:sample` is the contact whose values they all get instead of their own, or null. Where customers must write
    first (`traits`), those who have not, or not of late by `:now`, come back `skipped` too. A `timed` claim leaves
    those `pending` whose time zone is closed (see core.services.times), until it opens.
    """
    fits = and_(Delivery.origin_id == _number("origin"), Delivery.id > _number("after"), fresh())
    return _claimed(select(*ASKED).where(fits).order_by(Delivery.id), channel, purpose, traits, timed)


def claim_due(channel: str, purpose: str, *, traits: Traits | None = None, timed: bool = False) -> Select[Any]:
    """Claim up to `:size` deliveries whose own time has come by `:now`: retries, and what a dead worker left."""
    due = (
        select(*ASKED)
        .where(Delivery.origin_id == _number("origin"), Delivery.due_at <= NOW, Delivery.state == S.PENDING)
        .order_by(Delivery.due_at, Delivery.id)
    )
    return _claimed(due, channel, purpose, traits, timed)


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


def turn(channel: str) -> Select[int]:
    """Record what came back, and mark what goes next, in one commit; the ids that may go come back.

    Accepted: `accepted_ids` and `saids`, the provider's words, at `now`. What was thought in doubt is settled by this,
    whoever brings it. Marked `sending`, before any of them can reach the provider: `ids`, `generations`, `batch_ids`,
    but only those that are still ours, whose lease has not run out, and whose way no gate bars, so that a pause
    holds within one turn.
    """
    accepted, marked = _accepted().cte("accepted"), _marked(channel).cte("marked")
    return select(marked.c.id).add_cte(accepted)


def _accepted() -> ReturningUpdate[int]:
    done = _given("done", accepted_id=BigInteger, said=Text)
    return (
        update(Delivery)
        .where(
            Delivery.id == done.c.accepted_id,
            or_(*(Delivery.state == state for state in (S.SENDING, S.IN_DOUBT, S.CLAIMED, S.PENDING))),
        )
        .values(state=S.SENT, settled_at=NOW, said=done.c.said, reason=null())
        .returning(Delivery.id)
    )


def _marked(channel: str) -> ReturningUpdate[int]:
    mine = _given("mine", id=BigInteger, generation=Integer, batch_id=BigInteger)
    alive = exists().where(Batch.id == mine.c.batch_id, Batch.lease_until > func.clock_timestamp())
    return (
        update(Delivery)
        .where(
            Delivery.id == mine.c.id,
            Delivery.generation == mine.c.generation,
            Delivery.state == S.CLAIMED,
            Delivery.origin_id.not_in(barred_origins(channel)),
            alive,
        )
        .values(state=S.SENDING)
        .returning(Delivery.id)
    )


def settle() -> Update:
    """Record what went wrong, where it is ours: `ids, generations, states, reasons, saids, due_ats`, and `now`.

    What was thought in doubt is settled by this too: a server's reply counts, however late it is brought home.
    """
    wrong = _given(
        "wrong",
        id=BigInteger,
        generation=Integer,
        state=Text,
        reason=Text,
        said=Text,
        due_at=DateTime(timezone=True),
    )
    return (
        update(Delivery)
        .where(
            Delivery.id == wrong.c.id,
            Delivery.generation == wrong.c.generation,
            or_(Delivery.state == S.SENDING, Delivery.state == S.IN_DOUBT),
        )
        .values(
            state=wrong.c.state,
            reason=wrong.c.reason,
            said=wrong.c.said,
            settled_at=NOW,
            due_at=wrong.c.due_at,
        )
    )


def open_origin(origin_id: int) -> Update:
    """Look there for work again: an answer that came home late has put somebody back who was thought in doubt."""
    return update(Origin).where(Origin.id == origin_id, Origin.open.is_(False)).values(open=True)


def open_campaign(origin_id: int) -> Update:
    over = (Campaign.origin_id == origin_id, Campaign.state == CampaignState.SENT)
    return update(Campaign).where(*over).values(state=CampaignState.SENDING, finished_at=None)


def attempted(rows: Sequence[dict[str, object]]) -> Insert:
    """Append attempts that went wrong: delivery_id, number, outcome, bounce, said, at."""
    return insert(Attempt).values(list(rows))


def give_back(rows: Sequence[tuple[int, int]], now: datetime) -> Update:
    """Return deliveries that were never handed to the provider; they are first in line again.

    Their mark may have been committed all the same, when the server went away before it said so, and somebody may
    have called them in doubt since.
    """
    mine = _pairs(rows)
    ours = or_(*(Delivery.state == state for state in (S.CLAIMED, S.SENDING, S.IN_DOUBT)))
    return (
        update(Delivery)
        .where(Delivery.id == mine.c.id, Delivery.generation == mine.c.generation, ours)
        .values(state=S.PENDING, reason=null(), due_at=now, attempt=Delivery.attempt - 1)
        .returning(Delivery.id)
    )


def expired_batches() -> Select[Batch, bool]:
    """Batches whose holder is dead (then true), or has not been heard of for longer than the lease."""
    dead = is_dead(Batch.holder)
    held = func.cardinality(Batch.delivery_ids) > 0
    lost = or_(dead, and_(Batch.lease_until < func.clock_timestamp(), held))
    return select(Batch, dead).where(lost).with_for_update(skip_locked=True)


def in_doubt(ids: Sequence[int]) -> Select[int]:
    """Those of them that are."""
    return select(Delivery.id).where(Delivery.id.in_(ids), Delivery.state == S.IN_DOUBT)


def bring_back(ids: Sequence[int], now: datetime) -> Update:
    """What was claimed is pending again; what was being sent may have arrived, and is in doubt."""
    claimed = Delivery.state == S.CLAIMED
    return (
        update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.state.in_((S.CLAIMED, S.SENDING)))
        .values(
            state=case((claimed, S.PENDING.value), else_=S.IN_DOUBT.value),
            reason=case((claimed, null()), else_=Reason.IN_DOUBT.value),
            due_at=case((claimed, literal(now)), else_=null()),
            attempt=case((claimed, Delivery.attempt - 1), else_=Delivery.attempt),
            generation=Delivery.generation + case((claimed, 1), else_=0),
        )
        .returning(Delivery.id, Delivery.state, Delivery.attempt)
    )


def barred_origins(channel: str) -> Select[int]:
    """Origins whose way a gate bars: their campaign's, their sender's, the channel's, or the account's."""
    origin = aliased(Origin)
    keys = or_(
        Gate.scope == GateScope.ACCOUNT,
        and_(Gate.scope == GateScope.CHANNEL, Gate.key == channel),
        and_(Gate.scope == GateScope.CAMPAIGN, Gate.key == _text(origin.campaign_id)),
        and_(Gate.scope == GateScope.SENDER, Gate.key == _text(origin.sender_id)),
        and_(
            Gate.scope == GateScope.MARKETING,
            or_(Gate.key == channel, Gate.key == func.concat("sender:", origin.sender_id)),
            or_(origin.purpose == Purpose.MARKETING, origin.purpose == Purpose.CONSENT),
        ),
    )
    closed_now = or_(Gate.until.is_(None), Gate.until > func.now())
    return select(origin.id).select_from(Gate).join(origin, keys).where(closed_now)


def known(ids: Sequence[int]) -> Select[int]:
    """Those that exist."""
    return select(Delivery.id).where(Delivery.id == func.any(literal(sorted(set(ids)), ARRAY(BigInteger))))


def fresh() -> ColumnElement[bool]:
    return and_(Delivery.state == S.PENDING, Delivery.due_at.is_(None))


def _claimed(
    due: Select[*tuple[Any, ...]], channel: str, purpose: str, traits: Traits | None, timed: bool
) -> Select[Any]:
    """CTEs keep the planner from running LIMIT twice, and the lists from being asked once for each column.

    The update touches no index unless a wait has ended.
    """
    locked = due.limit(_number("size")).with_for_update(skip_locked=True).cte("due")
    reason = suppression_reason(channel, purpose, locked.c.contact_id, locked.c.address_key)
    if traits is not None and traits.first_contact is FirstContact.MUST_WRITE_FIRST:
        approved = is_approved(locked.c.content_id)
        reason = func.coalesce(reason, conversation_reason(traits, NOW, locked.c.identity_id, anytime=approved))
    opening = _opening(locked.c.contact_id) if timed else null()
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
            Contact.attributes,
        )
        .select_from(taken)
        .outerjoin(Identity, Identity.id == taken.c.identity_id)
        .outerjoin(Contact, Contact.id == func.coalesce(_number("sample"), taken.c.contact_id))
        .order_by(taken.c.id)
    )


def _opening(contact_id: ColumnElement[int]) -> ColumnElement[datetime]:
    """When the contact's time zone opens, else their country's, else the account's."""
    instant = DateTime(timezone=True)
    zone = _given("by_zone", zone=Text, zone_opening=instant)
    country = _given("by_country", country=Text, country_opening=instant)
    usual = bindparam("usual_opening", type_=instant)
    known = (
        select(func.coalesce(zone.c.zone_opening, country.c.country_opening))
        .select_from(Contact)
        .outerjoin(zone, zone.c.zone == Contact.timezone)
        .outerjoin(country, country.c.country == func.upper(Contact.country))
        .where(Contact.id == contact_id)
    )
    return func.coalesce(known.scalar_subquery(), usual)


def _given(name: str, **columns: Any) -> TableValuedAlias:
    """Rows that are handed in as one array a column; an array's bind parameter is called as its column, with an `s`."""
    arrays = [bindparam(f"{column}s", type_=ARRAY(kind)) for column, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*columns).render_derived(name=name)


def _pairs(rows: Sequence[tuple[int, int]]) -> TableValuedAlias:
    return (
        func.unnest(
            bindparam("ids", [row[0] for row in rows], ARRAY(BigInteger)),
            bindparam("generations", [row[1] for row in rows], ARRAY(Integer)),
        )
        .table_valued("id", "generation")
        .render_derived(name="mine")
    )


def _number(name: str) -> BindParameter[int]:
    return bindparam(name, type_=BigInteger)


def _lease() -> ColumnElement[datetime]:
    return func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, LEASE_SECONDS)


def _text(column: InstrumentedAttribute[int | None]) -> ColumnElement[str]:
    return cast(column, Text)
