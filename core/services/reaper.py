"""Bringing back what a dead worker held."""

from datetime import datetime

from sqlalchemy import delete

from core.database import Sessions
from core.queries import deliveries
from core.queries.bell import ring
from core.tables.deliveries import Batch


def bring_back_expired(sessions: Sessions, now: datetime) -> int:
    """Release the deliveries of batches past their lease: claimed ones wait again, those on the wire are in doubt.

    Returns how many deliveries were moved.
    """
    with sessions.begin() as session:
        batches = list(session.scalars(deliveries.expired_batches()))
        ids = [delivery_id for batch in batches for delivery_id in batch.delivery_ids]
        if not ids:
            return 0
        moved = session.execute(deliveries.bring_back(ids, now)).all()
        session.execute(delete(Batch).where(Batch.id.in_([batch.id for batch in batches])))
        ring(session)
        return len(moved)
