"""Recording what public pages saw; of people who have withdrawn, pictures and links work and record nothing."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from core.messages import Event
from core.queries import public
from core.services import events as door
from core.vocabulary import EventKind

SILENT = (EventKind.OPENED, EventKind.CLICKED)


async def record(connection: AsyncConnection, events: Sequence[Event]) -> int:
    """Record events in the caller's transaction, but for opens and clicks after a withdrawal; returns how many are new.

    Of a delivery that does not exist nothing is recorded: a token outlives what it names. What names none at all
    (a customer's message, a provider's word about an address) is kept.
    """
    if not events:
        return 0
    ids = sorted({event.delivery_id for event in events if event.delivery_id is not None})
    withdrawn = dict((await connection.execute(public.withdrawals(ids))).all())
    kept = [event for event in events if _names_nobody_gone(event, withdrawn) and not _silent(event, withdrawn)]
    return await door.record(connection, kept)


def _names_nobody_gone(event: Event, withdrawn: dict[int, object]) -> bool:
    return event.delivery_id is None or event.delivery_id in withdrawn


def _silent(event: Event, withdrawn: dict[int, object]) -> bool:
    at = withdrawn.get(event.delivery_id or 0)
    return event.kind in SILENT and at is not None and event.at > at  # type: ignore[operator]  # a time
