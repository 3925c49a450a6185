"""What each kind of outcome but `Accepted` does to its delivery."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.messages import Deferred, Moved, Refused, Unknown, Unsent
from core.queries import deliveries, suppressions
from core.rules.bounces.lasting import SOFT_AT_ONCE, is_dead
from core.rules.patience import Patience, next_try
from core.services import bounces, moving
from core.services.claims import Claimed
from core.tables.conversations import Conversation
from core.tables.deliveries import Delivery
from core.vocabulary import DeliveryState, Reason, SuppressionList

UNSENT_WAIT_SECONDS = 5.0

MOVES = 3
"""So often a message follows an address that moves on and on."""

Wrong = Refused | Deferred | Unsent | Unknown | Moved


@dataclass(frozen=True, slots=True)
class _Move:
    state: DeliveryState
    reason: Reason
    due_at: datetime | None = None


async def record_wrong(
    connection: AsyncConnection, wrong: Sequence[tuple[Claimed, Wrong]], now: datetime, patience: Patience
) -> None:
    """Record every outcome that is not `Accepted`, in the caller's transaction."""
    await connection.execute(deliveries.attempted([_attempt(claimed, outcome, now) for claimed, outcome in wrong]))
    moves = [_move(claimed, outcome, now, patience) for claimed, outcome in wrong]
    rows = {
        "ids": [claimed.id for claimed, _ in wrong],
        "generations": [claimed.generation for claimed, _ in wrong],
        "states": [move.state.value for move in moves],
        "reasons": [move.reason.value for move in moves],
        "saids": [outcome.said for _, outcome in wrong],
        "due_ats": [move.due_at for move in moves],
    }
    await connection.execute(deliveries.settle(), {**rows, "now": now})
    for claimed, outcome in wrong:
        if isinstance(outcome, Moved):
            await moving.follow(connection, claimed.id, outcome, now)
    waiting = {claimed.origin_id for (claimed, _), move in zip(wrong, moves, strict=True) if move.due_at is not None}
    for origin_id in waiting:
        await connection.execute(deliveries.open_origin(origin_id))
        await connection.execute(deliveries.open_campaign(origin_id))
    await _suppress(connection, wrong, moves)
    blocked = [claimed.id for claimed, outcome in wrong if _is_block(outcome)]
    if blocked:
        await connection.execute(_note_block(blocked, now))


async def _suppress(
    connection: AsyncConnection, wrong: Sequence[tuple[Claimed, Wrong]], moves: Sequence[_Move]
) -> None:
    dead = [claimed.id for claimed, outcome in wrong if _is_dead(outcome)]
    if dead:
        await bounces.blacklist(connection, dead)
    soft = [one.id for (one, told), move in zip(wrong, moves, strict=True) if _is_soft(told, move)]
    if soft:
        await bounces.count_soft(connection, soft)
    out = [one.id for one, told in wrong if isinstance(told, Refused) and told.reason is Reason.OPTED_OUT_BY_KEYWORD]
    if out:
        named = Delivery.id.in_(out)
        await connection.execute(suppressions.put_on(SuppressionList.UNSUBSCRIBED, named, source="bounce"))


def _move(claimed: Claimed, outcome: Wrong, now: datetime, patience: Patience) -> _Move:
    match outcome:
        case Refused():
            return _Move(DeliveryState.FAILED, outcome.reason)
        case Deferred():
            jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
            asked = outcome.after_seconds
            due = next_try(patience, claimed.attempt, now, claimed.created_at, jitter=jitter, asked=asked)
            if due is None:
                return _Move(DeliveryState.FAILED, Reason.RETRIES_EXHAUSTED)
            return _Move(DeliveryState.PENDING, Reason.RETRY_LATER, due)
        case Moved():
            ended = _Move(DeliveryState.FAILED, Reason.INVALID_ADDRESS)
            return ended if claimed.attempt >= MOVES else _Move(DeliveryState.PENDING, Reason.RETRY_LATER, now)
        case Unsent():
            return _Move(DeliveryState.PENDING, Reason.RETRY_LATER, now + timedelta(seconds=UNSENT_WAIT_SECONDS))
        case Unknown():
            return _Move(DeliveryState.IN_DOUBT, Reason.IN_DOUBT)


def _attempt(claimed: Claimed, outcome: Wrong, now: datetime) -> dict[str, object]:
    return {
        "delivery_id": claimed.id,
        "number": claimed.attempt,
        "outcome": type(outcome).__name__.lower(),
        "bounce": getattr(outcome, "bounce", None),
        "said": outcome.said,
        "at": now,
    }


def _is_dead(outcome: Wrong) -> bool:
    return isinstance(outcome, Refused) and is_dead(outcome.bounce, outcome.suppress)


def _is_soft(outcome: Wrong, move: _Move) -> bool:
    """Failed at last for what may pass: a mailbox that is full, or blocked for now."""
    return move.state is DeliveryState.FAILED and getattr(outcome, "bounce", None) in SOFT_AT_ONCE


def _is_block(outcome: Wrong) -> bool:
    return isinstance(outcome, Refused) and outcome.reason is Reason.BOT_BLOCKED


def _note_block(delivery_ids: list[int], now: datetime) -> Update:
    """They blocked us while nobody told us: nothing more is tried until they come back."""
    theirs = select(Delivery.identity_id).where(Delivery.id.in_(delivery_ids))
    still_open = (Conversation.identity_id.in_(theirs), Conversation.blocked_at.is_(None))
    return update(Conversation).where(*still_open).values(blocked_at=now)
