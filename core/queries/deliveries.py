"""The hot path's statements: claim, mark, record, and what brings a dead worker's deliveries back.

Each function returns a statement, run by the dispatcher's asynchronous connection and by tests alike.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Insert,
    Integer,
    Select,
    TableValuedAlias,
    Text,
    Update,
    and_,
    any_,
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
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.dml import Delete

from core.queries.eligibility import suppression_reason
from core.tables.attempts import Attempt
from core.tables.campaigns import Origin
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Batch, Delivery
from core.tables.gates import Gate
from core.vocabulary import DeliveryState as S
from core.vocabulary import GateScope, Reason

LEASE_SECONDS = 60


def reach_first_fresh(origin_id: int) -> Update:
    """Move the origin's cursor to just before its first fresh delivery; each row is passed over once in its life."""
    first = (
        select(Delivery.id)
        .where(Delivery.origin_id == origin_id, Delivery.id > Origin.claimed_up_to, fresh())
        .order_by(Delivery.id)
        .limit(1)
        .correlate(Origin)
        .scalar_subquery()
    )
    return (
        update(Origin)
        .where(Origin.id == origin_id)
        .values(claimed_up_to=func.coalesce(first - 1, Origin.claimed_up_to))
        .returning(Origin.claimed_up_to)
    )


def claim_fresh(
    channel: str, purpose: str, origin_id: int, after: int, size: int, *, sample_id: int | None = None
) -> Select[Any]:
    """Claim up to `size` fresh deliveries with ids above `after`; the suppressed among them come back `skipped`.

    `sample_id` is the contact whose values they all get instead of their own.
    """
    due = select(Delivery.id).where(Delivery.origin_id == origin_id, Delivery.id > after, fresh()).order_by(Delivery.id)
    return _claimed(due, channel, purpose, size, sample_id)


def claim_due(
    channel: str, purpose: str, origin_id: int, size: int, now: datetime, *, sample_id: int | None = None
) -> Select[Any]:
    """Claim up to `size` deliveries whose own time has come: retries, and those that a dead worker left."""
    due = (
        select(Delivery.id)
        .where(Delivery.origin_id == origin_id, Delivery.due_at <= now, Delivery.state == S.PENDING)
        .order_by(Delivery.due_at, Delivery.id)
    )
    return _claimed(due, channel, purpose, size, sample_id)


def open_batch(origin_id: int, holder: str, ids: Sequence[int]) -> Insert:
    return (
        insert(Batch)
        .values(origin_id=origin_id, holder=holder, lease_until=_lease(), delivery_ids=list(ids))
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


def mark(channel: str, rows: Sequence[tuple[int, int]], batch_ids: Sequence[int]) -> Update:
    """Mark claimed deliveries (id, generation) `sending`, before any of them can reach the provider.

    Only those come back that are still ours and whose way no gate bars: so a pause holds within one group.
    """
    mine = _pairs(rows)
    alive = exists().where(Batch.id.in_(batch_ids), Delivery.id == any_(Batch.delivery_ids))
    return (
        update(Delivery)
        .where(
            Delivery.id == mine.c.id,
            Delivery.generation == mine.c.generation,
            Delivery.state == S.CLAIMED,
            ~barred(channel, Delivery.origin_id),
            alive,
        )
        .values(state=S.SENDING)
        .returning(Delivery.id)
    )


def accept(rows: Sequence[tuple[int, str]], now: datetime) -> Update:
    """Record (id, the provider's words) as sent. What was thought in doubt is settled by this, whoever brings it."""
    ids, said = [row[0] for row in rows], [row[1] for row in rows]
    done = (
        func.unnest(bindparam("ids", ids, ARRAY(BigInteger)), bindparam("said", said, ARRAY(Text)))
        .table_valued("id", "said")
        .render_derived(name="done")
    )
    return (
        update(Delivery)
        .where(
            Delivery.id == done.c.id,
            Delivery.state.in_((S.SENDING, S.IN_DOUBT, S.CLAIMED, S.PENDING)),
        )
        .values(state=S.SENT, settled_at=now, said=done.c.said, reason=null())
    )


def settle(
    delivery_id: int,
    generation: int,
    *,
    state: S,
    reason: Reason | None,
    said: str,
    now: datetime,
    due_at: datetime | None,
) -> Update:
    """Record what went wrong with one delivery, if it is still the one that was sent."""
    return (
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.generation == generation, Delivery.state == S.SENDING)
        .values(state=state, reason=reason, said=said, settled_at=now, due_at=due_at)
    )


def attempted(rows: Sequence[dict[str, object]]) -> Insert:
    """Append attempts that went wrong: delivery_id, number, outcome, bounce, said, at."""
    return insert(Attempt).values(list(rows))


def give_back(rows: Sequence[tuple[int, int]], now: datetime) -> Update:
    """Return claimed deliveries that were never marked; they are first in line again."""
    mine = _pairs(rows)
    return (
        update(Delivery)
        .where(Delivery.id == mine.c.id, Delivery.generation == mine.c.generation, Delivery.state == S.CLAIMED)
        .values(state=S.PENDING, due_at=now, attempt=Delivery.attempt - 1)
    )


def expired_batches() -> Select[Batch]:
    """Batches whose holder has not been heard of for longer than the lease."""
    return select(Batch).where(Batch.lease_until < func.clock_timestamp()).with_for_update(skip_locked=True)


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
        .returning(Delivery.state)
    )


def barred(channel: str, origin_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether a gate stands in the way of an origin: its campaign's, its sender's, the channel's, or the account's."""
    keys = or_(
        Gate.scope == GateScope.ACCOUNT,
        and_(Gate.scope == GateScope.CHANNEL, Gate.key == channel),
        and_(Gate.scope == GateScope.CAMPAIGN, Gate.key == _text(Origin.campaign_id)),
        and_(Gate.scope == GateScope.SENDER, Gate.key == _text(Origin.sender_id)),
    )
    open_now = or_(Gate.until.is_(None), Gate.until > func.now())
    return exists(select(Gate.id).join(Origin, keys).where(Origin.id == origin_id, open_now))


def fresh() -> ColumnElement[bool]:
    return and_(Delivery.state == S.PENDING, Delivery.due_at.is_(None))


def _claimed(due: Select[int], channel: str, purpose: str, size: int, sample_id: int | None) -> Select[Any]:
    """The CTE keeps the planner from running LIMIT twice; the update touches no index unless a wait has ended."""
    locked = due.limit(size).with_for_update(skip_locked=True).cte("due")
    reason = suppression_reason(channel, purpose, Delivery.contact_id, Delivery.address_key)
    free = reason.is_(None)
    taken = (
        update(Delivery)
        .where(Delivery.id == locked.c.id)
        .values(
            state=case((free, S.CLAIMED.value), else_=S.SKIPPED.value),
            reason=reason,
            due_at=null(),
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
        .outerjoin(Contact, Contact.id == (taken.c.contact_id if sample_id is None else sample_id))
        .order_by(taken.c.id)
    )


def _pairs(rows: Sequence[tuple[int, int]]) -> TableValuedAlias:
    return (
        func.unnest(
            bindparam("ids", [row[0] for row in rows], ARRAY(BigInteger)),
            bindparam("generations", [row[1] for row in rows], ARRAY(Integer)),
        )
        .table_valued("id", "generation")
        .render_derived(name="mine")
    )


def _lease() -> ColumnElement[datetime]:
    return func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, LEASE_SECONDS)


def _text(column: InstrumentedAttribute[int | None]) -> ColumnElement[str]:
    return cast(column, Text)
