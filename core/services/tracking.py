"""Recording what public pages saw, as far as the person and the campaign allow it; pictures and links work always."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.messages import Event
from core.queries import public
from core.services import events as door
from core.tables.tallies import Tally
from core.vocabulary import Actor, EventKind, Tracking

SILENT = (EventKind.OPENED, EventKind.CLICKED)


async def record(connection: AsyncConnection, events: Sequence[Event]) -> int:
    """Record events in the caller's transaction; returns how many are new.

    After a withdrawal opens and clicks leave nothing behind, nor where tracking is off; where it is anonymous they
    are only counted. Of a delivery that does not exist nothing is recorded: a token outlives what it names. What
    names none at all (a customer's message, a provider's word about an address) is kept.
    """
    if not events:
        return 0
    ids = sorted({event.delivery_id for event in events if event.delivery_id is not None})
    known = {row.id: row for row in await connection.execute(public.withdrawals(ids))}
    kept = [event for event in events if _is_kept(event, known)]
    counted = [event for event in kept if _mode(event, known) == Tracking.ANONYMOUS]
    if counted:
        await _tally(connection, counted, known)
    new = await door.record(connection, [event for event in kept if _mode(event, known) == Tracking.INDIVIDUAL])
    return new + len(counted)


def _is_kept(event: Event, known: Mapping[int, Row[Any]]) -> bool:
    if event.delivery_id is None:
        return True
    row = known.get(event.delivery_id)
    if row is None or _mode(event, known) == Tracking.OFF:
        return False
    return event.kind not in SILENT or row.since is None or event.at <= row.since


def _mode(event: Event, known: Mapping[int, Row[Any]]) -> str:
    """What people do on purpose (unsubscribing, complaining, replying) is recorded in every mode."""
    row = known.get(event.delivery_id or 0)
    return Tracking.INDIVIDUAL if row is None or event.kind not in SILENT else str(row.mode)


async def _tally(connection: AsyncConnection, events: Sequence[Event], known: Mapping[int, Row[Any]]) -> None:
    """One statement for the group; in one order, so that two groups do not wait for each other."""
    counts = Counter(
        (
            known[event.delivery_id or 0].origin_id,
            event.kind.value,
            event.link_id or 0,
            str(event.details.get("actor", Actor.UNKNOWN.value)),
        )
        for event in events
    )
    rows = [
        {"origin_id": origin, "kind": kind, "link_id": link, "actor": actor, "count": count}
        for (origin, kind, link, actor), count in sorted(counts.items())
    ]
    added = insert(Tally)
    more = {"count": Tally.count + added.excluded["count"]}
    keys = ["origin_id", "kind", "link_id", "actor"]
    await connection.execute(added.on_conflict_do_update(index_elements=keys, set_=more), rows)
