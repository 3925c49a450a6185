"""What each kind of outcome but `Accepted` does to its delivery."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, literal, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.messages import Deferred, Refused, Unknown, Unsent
from core.queries import deliveries
from core.rules.patience import Patience, next_try
from core.services.claims import Claimed
from core.tables.conversations import Conversation
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import BounceClass, DeliveryState, Reason, SuppressionList

UNSENT_WAIT_SECONDS = 5.0
DEAD = (BounceClass.ADDRESS, BounceClass.DOMAIN)
"""What an address is suppressed for."""

Wrong = Refused | Deferred | Unsent | Unknown


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
    waiting = {claimed.origin_id for (claimed, _), move in zip(wrong, moves, strict=True) if move.due_at is not None}
    for origin_id in waiting:
        await connection.execute(deliveries.open_origin(origin_id))
        await connection.execute(deliveries.open_campaign(origin_id))
    dead = [claimed.id for claimed, outcome in wrong if isinstance(outcome, Refused) and outcome.bounce in DEAD]
    if dead:
        await connection.execute(_blacklist(dead, SuppressionList.GENERAL))
    out = [one.id for one, told in wrong if isinstance(told, Refused) and told.reason is Reason.OPTED_OUT_BY_KEYWORD]
    if out:
        await connection.execute(_blacklist(out, SuppressionList.UNSUBSCRIBED))
    blocked = [claimed.id for claimed, outcome in wrong if _is_block(outcome)]
    if blocked:
        await connection.execute(_note_block(blocked, now))


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


def _blacklist(delivery_ids: list[int], name: SuppressionList) -> Insert:
    """Put the addresses of these deliveries on a list of their channel: they do not exist, or want nothing."""
    named = select(
        literal(name.value),
        Delivery.contact_id,
        Delivery.channel,
        Delivery.address_key,
        literal("bounce"),
        Delivery.id,
    ).where(Delivery.id.in_(delivery_ids), Delivery.address_key.is_not(None))
    columns = ["list", "contact_id", "channel", "address_key", "source", "delivery_id"]
    return insert(Suppression).from_select(columns, named).on_conflict_do_nothing()


def _is_block(outcome: Wrong) -> bool:
    return isinstance(outcome, Refused) and outcome.reason is Reason.BOT_BLOCKED


def _note_block(delivery_ids: list[int], now: datetime) -> Update:
    """They blocked us while nobody told us: nothing more is tried until they come back."""
    theirs = select(Delivery.identity_id).where(Delivery.id.in_(delivery_ids))
    still_open = (Conversation.identity_id.in_(theirs), Conversation.blocked_at.is_(None))
    return update(Conversation).where(*still_open).values(blocked_at=now)
