"""Whom a segment reaches on each channel: computed in chunks with progress, kept until something changes."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.database import Sessions
from core.ports import Traits
from core.queries import reach as queries
from core.queries import revisions, segments, settings
from core.rules.segments import parse
from core.tables.segments import Reach

CHUNK = 250_000


@dataclass(frozen=True, slots=True)
class Reached:
    """`table` is channel → `reachable` or the first reason against it → number of contacts."""

    count: int
    table: Mapping[str, Mapping[str, int]]
    computed_at: datetime


def reach(
    sessions: Sessions,
    segment_id: int,
    channels: Sequence[Traits],
    *,
    now: datetime,
    progress: Callable[[float], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> Reached | None:
    """The table of reach for marketing: the one that was kept if nothing has changed since, else computed anew.

    Opens one transaction a chunk; calls `progress` with the share that is done; None if `stop` asked to end.
    """
    with sessions() as session:
        now = settings.local(session, now)
        kept = queries.kept(session, segment_id)
        revision = revisions.current(session)
        if kept is not None and _fresh(kept, revision, now) and _covers(kept.table, channels):
            return Reached(kept.count, kept.table, kept.computed_at)
        node = parse(segments.tree(session, segment_id))
        last = queries.last_contact(session)
    table: queries.Table = {traits.channel: Counter() for traits in channels}
    total = 0
    for after in range(0, last, CHUNK):
        if stop():
            return None
        with sessions() as session:
            segments.plan_for_all(session)
            rows = session.execute(queries.of_chunk(node, channels, after, after + CHUNK, now))
            total += queries.add(table, channels, rows)
        progress(min(1.0, (after + CHUNK) / last))
    with sessions.begin() as session:
        session.execute(queries.keep(segment_id, revision, total, table, now))
    return Reached(total, table, now)


def _fresh(kept: Reach, revision: int, now: datetime) -> bool:
    """Expressions speak of days, so that a table holds for the day on which it was made."""
    return kept.revision == revision and kept.computed_at.astimezone(now.tzinfo).date() == now.date()


def _covers(table: Mapping[str, object], channels: Sequence[Traits]) -> bool:
    return {traits.channel for traits in channels} <= set(table)
