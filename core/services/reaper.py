"""Bringing back what a dead worker held."""

from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from core.database import Sessions
from core.queries import deliveries, pacing
from core.queries.bell import ring
from core.queries.doubts import UNKNOWN
from core.services.slots import Whose
from core.tables.attempts import Attempt
from core.tables.campaigns import Origin
from core.tables.deliveries import Batch
from core.vocabulary import DeliveryState


def bring_back_expired(sessions: Sessions, now: datetime) -> int:
    """Release the deliveries of the dead and the frozen: claimed ones wait again, those on the wire are in doubt.

    The batch of a frozen worker stays with those in doubt, for it may wake and bring their answers home. Returns how
    many deliveries were moved.
    """
    with sessions.begin() as session:
        batches = session.execute(deliveries.expired_batches()).all()
        ids = [delivery_id for batch, _ in batches for delivery_id in batch.delivery_ids]
        if not ids:
            return 0
        moved = session.execute(deliveries.bring_back(ids, now)).all()
        unsent = {row.id for row in moved if row.state == DeliveryState.PENDING}
        for batch, _is_dead in batches:
            _return_slots(session, batch, unsent)
        doubtful = {row.id: row.attempt for row in moved if row.state == DeliveryState.IN_DOUBT}
        if doubtful:
            _note(session, doubtful, now)
        dead = [batch.id for batch, is_dead in batches if is_dead]
        session.execute(delete(Batch).where(Batch.id.in_(dead)))
        for batch, is_dead in batches:
            if not is_dead:
                kept = session.scalars(deliveries.in_doubt(batch.delivery_ids)).all()
                session.execute(update(Batch).where(Batch.id == batch.id).values(delivery_ids=list(kept)))
        if moved:
            ring(session)
        return len(moved)


def _return_slots(session: Session, batch: Batch, unsent: set[int]) -> None:
    """What was claimed and never tried has used no slot of its day."""
    slots = len(unsent.intersection(batch.delivery_ids))
    if slots and batch.day is not None:
        origin = session.get_one(Origin, batch.origin_id)
        whose = Whose(origin.purpose, origin.sender_id)
        session.execute(pacing.give_back(), {**whose.bound, "slots_day": batch.day, "slots": slots})


def _note(session: Session, doubtful: dict[int, int], now: datetime) -> None:
    """Since when: a retry must wait for as long as a server may still answer."""
    session.execute(
        insert(Attempt),
        [
            {"delivery_id": id_, "number": number, "outcome": UNKNOWN, "said": None, "at": now}
            for id_, number in doubtful.items()
        ],
    )
