"""How many of a segment can be reached on each channel, and why not the others, in one pass for all channels."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session, aliased

from core.ports import Traits
from core.queries.eligibility import live_identity, reason_for
from core.queries.segment_conditions import condition
from core.queries.spans import Span
from core.rules.segments import Node
from core.tables.contacts import Contact, Identity
from core.tables.segments import Reach
from core.vocabulary import Purpose

REACHABLE = "reachable"
Table = dict[str, Counter[str]]
"""Channel → `reachable` or the first reason against it → number of contacts."""


def of_chunk(node: Node, channels: Sequence[Traits], after: int, upto: int, now: datetime) -> Select[Any]:
    """Rows of one reason (or null) for each channel in their order and a count, over contact ids in (after, upto]."""
    identities = [aliased(Identity) for _ in channels]
    reasons = [
        reason_for(traits.channel, Purpose.MARKETING, False, now, traits=traits, identity=identity).label(f"r{place}")
        for place, (traits, identity) in enumerate(zip(channels, identities, strict=True))
    ]
    columns: list[Any] = list(reasons)
    chosen = select(*columns).select_from(Contact)
    for traits, identity in zip(channels, identities, strict=True):
        chosen = chosen.outerjoin(
            identity,
            live_identity(traits.channel, identity) & (identity.contact_id > after) & (identity.contact_id <= upto),
        )
    rows = chosen.where(Contact.id > after, Contact.id <= upto, condition(node, now, Span(after, upto))).cte("chosen")
    return select(*rows.c, func.count()).group_by(*rows.c)


def add(table: Table, channels: Sequence[Traits], rows: Iterable[Sequence[Any]]) -> int:
    """Add a chunk's rows to the table; returns how many contacts they are."""
    total = 0
    for *reasons, count in rows:
        total += count
        for traits, reason in zip(channels, reasons, strict=True):
            table[traits.channel][reason or REACHABLE] += count
    return total


def last_contact(session: Session) -> int:
    return session.scalar(select(func.max(Contact.id))) or 0


def kept(session: Session, segment_id: int) -> Reach | None:
    return session.get(Reach, segment_id)


def keep(segment_id: int, revision: int, count: int, table: Table, now: datetime) -> Insert:
    values = {"revision": revision, "count": count, "table": table, "computed_at": now}
    statement = insert(Reach).values(segment_id=segment_id, **values)
    return statement.on_conflict_do_update(index_elements=[Reach.segment_id], set_=values)
