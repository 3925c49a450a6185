"""Recording outcomes in groups, and what each kind of outcome does to its delivery."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.hot import HotConnection, Statement
from core.messages import Accepted, Deferred, Outcome, Refused, Unknown, Unsent
from core.queries import deliveries
from core.rules.patience import Patience, next_try
from core.services.claims import Claimed, Claims
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import BounceClass, DeliveryState, Reason, SuppressionList

UNSENT_WAIT_SECONDS = 5.0
ACCEPT = Statement(deliveries.accept())
DEAD = (BounceClass.ADDRESS, BounceClass.DOMAIN)
"""What an address is suppressed for."""

Wrong = Refused | Deferred | Unsent | Unknown


@dataclass(frozen=True, slots=True)
class _Move:
    state: DeliveryState
    reason: Reason
    due_at: datetime | None = None


class Outcomes:
    """Gathers what comes in while a commit is under way, and records it with the next one."""

    def __init__(
        self,
        engine: AsyncEngine,
        claims: Claims,
        clock: Callable[[], datetime],
        patience: Patience,
        recorded: Callable[[Sequence[Claimed]], Awaitable[None]],
    ) -> None:
        self._engine, self._claims, self._clock, self._recorded = engine, claims, clock, recorded
        self._patience = patience
        self._gathered: list[tuple[Claimed, Outcome]] = []
        self._more = asyncio.Event()
        self._finished = False
        self.accepted = 0

    def add(self, settled: list[tuple[Claimed, Outcome]]) -> None:
        self._gathered += settled
        self._more.set()

    async def finish(self) -> None:
        """Record what is left and end."""
        self._finished = True
        self._more.set()

    async def run(self, connection: HotConnection) -> None:
        while self._gathered or not self._finished:
            await self._more.wait()
            self._more.clear()
            group, self._gathered = self._gathered, []
            if group:
                await self._record(connection, group)
                await self._recorded([claimed for claimed, _ in group])

    async def _record(self, connection: HotConnection, group: list[tuple[Claimed, Outcome]]) -> None:
        now = self._clock()
        accepted = [(claimed.id, outcome.said) for claimed, outcome in group if isinstance(outcome, Accepted)]
        if accepted:
            ids, said = zip(*accepted, strict=True)
            await connection.run(ACCEPT, ids=list(ids), saids=list(said), now=now)
            self.accepted += len(accepted)
        wrong = [(claimed, outcome) for claimed, outcome in group if not isinstance(outcome, Accepted)]
        if wrong:
            async with self._engine.begin() as transaction:
                await self._record_wrong(transaction, wrong, now)

    async def _record_wrong(
        self, connection: AsyncConnection, wrong: Sequence[tuple[Claimed, Wrong]], now: datetime
    ) -> None:
        await connection.execute(deliveries.attempted([_attempt(claimed, outcome, now) for claimed, outcome in wrong]))
        moves = [_move(claimed, outcome, now, self._patience) for claimed, outcome in wrong]
        rows = {
            "ids": [claimed.id for claimed, _ in wrong],
            "generations": [claimed.generation for claimed, _ in wrong],
            "states": [move.state.value for move in moves],
            "reasons": [move.reason.value for move in moves],
            "saids": [outcome.said for _, outcome in wrong],
            "due_ats": [move.due_at for move in moves],
        }
        await connection.execute(deliveries.settle(), {**rows, "now": now})
        dead = [claimed.id for claimed, outcome in wrong if isinstance(outcome, Refused) and outcome.bounce in DEAD]
        if dead:
            await connection.execute(_blacklist(dead))
        unsent = sum(isinstance(outcome, Unsent) for _, outcome in wrong)
        if unsent:
            await self._claims.return_slots(connection, unsent)


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


def _blacklist(delivery_ids: list[int]) -> Insert:
    """The addresses of these deliveries do not exist: put them on the general blacklist of their channel."""
    named = select(
        literal(SuppressionList.GENERAL.value),
        Delivery.contact_id,
        Delivery.channel,
        Delivery.address_key,
        literal("bounce"),
        Delivery.id,
    ).where(Delivery.id.in_(delivery_ids), Delivery.address_key.is_not(None))
    columns = ["list", "contact_id", "channel", "address_key", "source", "delivery_id"]
    return insert(Suppression).from_select(columns, named).on_conflict_do_nothing()
