"""What people do with segments: make them, change them, fill their lists, and ask whom they reach."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func
from sqlalchemy.orm import Session

from core.errors import Invalid, Refused
from core.queries import revisions
from core.queries import segments as queries
from core.rules.segments import Node, parse, to_json
from core.rules.segments.tree import named_segments
from core.services import audit
from core.tables.segments import Segment
from core.vocabulary import SegmentKind

CHUNK = 10_000
LONGEST_NAME = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of an uploaded list: `unknown` fits no contact, `ambiguous` more than one."""

    added: int
    already: int
    unknown: list[str]
    ambiguous: list[str]


def create_static(session: Session, *, name: str, by: str) -> Segment:
    """An empty list."""
    return _create(session, Segment(name=_named(session, name), kind=SegmentKind.STATIC, created_by=by), by)


def create_dynamic(session: Session, *, name: str, expression: object, by: str) -> Segment:
    """Whom an expression means, always as of now; raise Invalid (`segment.…`) with the place of what is wrong."""
    tree = to_json(checked(session, expression))
    segment = Segment(name=_named(session, name), kind=SegmentKind.DYNAMIC, expression=tree, created_by=by)
    return _create(session, segment, by)


def change(
    session: Session, segment_id: int, *, by: str, name: str | None = None, expression: object = None
) -> Segment:
    """Rename it or give it another expression; campaigns already launched keep the one they froze."""
    segment = queries.get(session, segment_id)
    if name is not None and name.strip() != segment.name:
        segment.name = _named(session, name)
    if expression is not None:
        _require(segment, SegmentKind.DYNAMIC)
        segment.expression = to_json(checked(session, expression))
    segment.updated_at = func.now()
    _changed(session, segment, "change", by)
    return segment


def archive(session: Session, segment_id: int, *, by: str, now: datetime) -> None:
    """Take it out of the lists; what names it still works."""
    segment = queries.get(session, segment_id)
    segment.archived_at = now
    audit.note(session, by, "archive", f"segment:{segment_id}")


def add(session: Session, segment_id: int, contact_ids: Sequence[int], *, by: str, now: datetime) -> int:
    """Put contacts on a list; returns how many were not on it before."""
    segment = queries.get(session, segment_id)
    _require(segment, SegmentKind.STATIC)
    added = 0
    for some in _chunks(sorted(set(contact_ids))):
        added += len(session.scalars(queries.add_members(segment_id, some, now)).all())
    _changed(session, segment, "add_members", by, count=added)
    return added


def remove(session: Session, segment_id: int, contact_ids: Sequence[int], *, by: str, now: datetime) -> int:
    """Take contacts off a list; returns how many were on it."""
    segment = queries.get(session, segment_id)
    _require(segment, SegmentKind.STATIC)
    removed = 0
    for some in _chunks(contact_ids):
        removed += len(session.scalars(queries.remove_members(segment_id, some, now)).all())
    _changed(session, segment, "remove_members", by, count=removed)
    return removed


def add_listed(
    session: Session,
    segment_id: int,
    entries: Sequence[str],
    *,
    address_key: Callable[[str], bytes | None],
    by: str,
    now: datetime,
) -> Listed:
    """Put the contacts of an uploaded list of external ids and email addresses on a list, naming what fits nobody.

    `address_key` makes the keyed hash of an email address, or None if it is not one. An external id goes before an
    address; an entry that fits two contacts is refused.
    """
    wanted: set[int] = set()
    unknown: list[str] = []
    ambiguous: list[str] = []
    for entry, contact_ids in _matched(session, entries, address_key):
        if len(contact_ids) == 1:
            wanted.update(contact_ids)
        else:
            (ambiguous if contact_ids else unknown).append(entry)
    added = add(session, segment_id, sorted(wanted), by=by, now=now)
    return Listed(added, len(wanted) - added, unknown, ambiguous)


def checked(session: Session, expression: object) -> Node:
    """The tree of an expression whose attributes exist and whose lists are lists; raise Invalid with the place."""
    node = parse(expression, queries.attribute_types(session))
    for segment_id in named_segments(node):
        segment = session.get(Segment, segment_id)
        if segment is None or segment.kind != SegmentKind.STATIC:
            raise Invalid("segment.not_a_static_one", where="member_of", id=segment_id)
    return node


def count(session: Session, segment_id: int, now: datetime) -> int:
    return queries.size(session, queries.tree(session, segment_id), now)


def first_page(session: Session, segment_id: int, now: datetime, *, limit: int = 50, after: int = 0) -> list[Any]:
    """Contacts in the order of their ids, beginning behind the id `after`."""
    return queries.first_members(session, queries.tree(session, segment_id), now, limit, after)


def _create(session: Session, segment: Segment, by: str) -> Segment:
    session.add(segment)
    session.flush()
    _changed(session, segment, "create", by)
    return segment


def _changed(session: Session, segment: Segment, action: str, by: str, **details: object) -> None:
    revisions.move(session)
    audit.note(session, by, action, f"segment:{segment.id}", **details)


def _named(session: Session, name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        raise Invalid("segment.bad_name", where="name", most=LONGEST_NAME)
    if queries.named(session, name) is not None:
        raise Refused("segment.name_taken", name=name)
    return name


def _require(segment: Segment, kind: SegmentKind) -> None:
    if segment.kind != kind:
        raise Refused("segment.wrong_kind", name=segment.name, kind=segment.kind)


def _matched(
    session: Session, entries: Sequence[str], address_key: Callable[[str], bytes | None]
) -> Iterator[tuple[str, list[int]]]:
    given = dict.fromkeys(entry.strip() for entry in entries if entry.strip())
    for some in _chunks(list(given)):
        plain = [entry.replace("\0", "") for entry in some]
        keys = {entry: key for entry in plain if "@" in entry and (key := address_key(entry)) is not None}
        by_external, by_address = queries.contacts_with(session, plain, list(keys.values()))
        for entry in plain:
            yield entry, by_external.get(entry) or by_address.get(keys.get(entry), [])


def _chunks(many: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(many), CHUNK):
        yield many[start : start + CHUNK]
