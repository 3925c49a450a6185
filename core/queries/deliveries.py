"""The ledger's statements after the claim: mark, record, give back, and what brings a dead worker's deliveries back.

Each function returns a statement, run by the dispatcher's asynchronous connection and by tests alike.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
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
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from core.queries.campaigns import is_of
from core.queries.claims import NOW
from core.queries.gates import barred_origins
from core.queries.given import given
from core.queries.liveness import is_dead
from core.tables.attempts import Attempt
from core.tables.campaigns import Campaign, Origin
from core.tables.deliveries import Batch, Delivery
from core.vocabulary import CampaignState, Reason
from core.vocabulary import DeliveryState as S


def turn(channel: str) -> Select[Sequence[int]]:
    """Record what came back, and mark what goes next, in one commit; the ids that may go come back as one array.

    Accepted: `accepted_ids` and `saids`, the provider's words, at `now`. What was thought in doubt is settled by this,
    whoever brings it. Marked `sending`, before any of them can reach the provider: `ids`, `generations`, `batch_ids`,
    but only those that are still ours, whose lease has not run out, and whose way no gate bars, so that a pause
    holds within one turn.
    """
    accepted, marked = _accepted().cte("accepted"), _marked(channel).cte("marked")
    return select(func.array_agg(marked.c.id)).add_cte(accepted)


def _accepted() -> ReturningUpdate[int]:
    done = given("done", accepted_id=BigInteger, said=Text)
    return (
        update(Delivery)
        .where(
            Delivery.id == done.c.accepted_id,
            or_(*(Delivery.state == state for state in (S.SENDING, S.IN_DOUBT, S.CLAIMED)), _waits_unreported()),
        )
        .values(state=S.SENT, settled_at=NOW, said=done.c.said, reason=null())
        .returning(Delivery.id)
    )


def _waits_unreported() -> ColumnElement[bool]:
    """Waits, but not because the provider has reported already that the message did not arrive.

    Such a report leaves no time of settling, where an outcome of our own leaves one.
    """
    reported = and_(Delivery.reason == Reason.RETRY_LATER, Delivery.settled_at.is_(None))
    return and_(Delivery.state == S.PENDING, func.coalesce(~reported, True))


def _marked(channel: str) -> ReturningUpdate[int]:
    """Leases are looked up once a statement, as an array: asked row by row, a drain of many batches looked through all
    of them for each letter, where the plan was made while the table was nearly empty.
    """
    mine = given("mine", id=BigInteger, generation=Integer, batch_id=BigInteger)
    batch_ids = bindparam("batch_ids", type_=ARRAY(BigInteger))
    alive = select(Batch.id).where(Batch.id == func.any(batch_ids), Batch.lease_until > func.clock_timestamp())
    return (
        update(Delivery)
        .where(
            Delivery.id == mine.c.id,
            Delivery.generation == mine.c.generation,
            Delivery.state == S.CLAIMED,
            Delivery.origin_id.not_in(barred_origins(channel)),
            mine.c.batch_id == func.any(func.array(alive.scalar_subquery())),
        )
        .values(state=S.SENDING)
        .returning(Delivery.id)
    )


def settle() -> Update:
    """Record what went wrong, where it is ours: `ids, generations, states, reasons, saids, due_ats`, and `now`.

    What was thought in doubt is settled by this too: a server's reply counts, however late it is brought home.
    """
    wrong = given(
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
    over = (is_of(origin_id), Campaign.state == CampaignState.SENT)
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


def known(ids: Sequence[int]) -> Select[int]:
    """Those that exist."""
    return select(Delivery.id).where(Delivery.id == func.any(literal(sorted(set(ids)), ARRAY(BigInteger))))


def _pairs(rows: Sequence[tuple[int, int]]) -> TableValuedAlias:
    return (
        func.unnest(
            bindparam("ids", [row[0] for row in rows], ARRAY(BigInteger)),
            bindparam("generations", [row[1] for row in rows], ARRAY(Integer)),
        )
        .table_valued("id", "generation")
        .render_derived(name="mine")
    )


def look_again(origin_ids: Sequence[int], due_at: datetime) -> Update:
    """Have those that wait for their hours judged anew by the next claim, as due since then."""
    waiting = (Delivery.state == S.PENDING, Delivery.reason == Reason.QUIET_HOURS)
    return update(Delivery).where(Delivery.origin_id.in_(origin_ids), *waiting).values(due_at=due_at, reason=null())
