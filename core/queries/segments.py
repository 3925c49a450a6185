"""Reading segments: who they are, how many, and as a condition for those who send to them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from core.errors import NotFound
from core.queries import settings
from core.queries.eligibility import live_identity
from core.queries.segment_conditions import condition
from core.queries.spans import Span
from core.rules.segments import Node, parse
from core.rules.segments.tree import Not
from core.tables.contacts import Attribute, Contact, Identity
from core.tables.segments import Segment, SegmentMember
from core.vocabulary import CHANNEL_EMAIL, AttributeType, SegmentKind

Found = dict[Any, list[int]]
Tree = Mapping[str, Any]
"""An expression as it is stored, in JSON."""


def get(session: Session, segment_id: int) -> Segment:
    """Raise NotFound (`segment.not_found`) if there is none."""
    segment = session.get(Segment, segment_id)
    if segment is None:
        raise NotFound("segment.not_found", id=segment_id)
    return segment


def named(session: Session, name: str) -> Segment | None:
    return session.scalar(select(Segment).where(Segment.name == name))


def page(session: Session, *, limit: int, offset: int = 0, search: str | None = None) -> list[Segment]:
    """Those not archived, newest first."""
    statement = _filtered(select(Segment), search)
    return list(session.scalars(statement.order_by(Segment.id.desc()).limit(limit).offset(offset)))


def count(session: Session, *, search: str | None = None) -> int:
    """How many segments there are; `size` says how many are in one."""
    return session.scalar(_filtered(select(func.count(Segment.id)), search)) or 0


def tree(session: Session, segment_id: int) -> dict[str, Any]:
    """The expression that says who is meant now; a static segment's names the segment itself."""
    segment = get(session, segment_id)
    if segment.kind == SegmentKind.STATIC:
        return {"member_of": segment.id}
    return dict(segment.expression or {})


def attribute_types(session: Session) -> dict[str, AttributeType]:
    """Attributes that an expression may ask for, by key."""
    rows = session.execute(select(Attribute.key, Attribute.type).order_by(Attribute.key))
    return {key: AttributeType(kind) for key, kind in rows}


def any_of(trees: Sequence[Tree], as_of: datetime, span: Span | None = None) -> ColumnElement[bool]:
    """Whether a `Contact` is meant by at least one of the expressions as they stand; nobody is, of none."""
    conditions = [condition(parse(expression), as_of, span) for expression in trees]
    return or_(*conditions) if conditions else false()


def none_of(trees: Sequence[Tree], as_of: datetime, span: Span | None = None) -> ColumnElement[bool]:
    """Whether a `Contact` is meant by none of the expressions: also where a value that they ask for is missing."""
    return and_(true(), *(condition(Not(parse(expression)), as_of, span) for expression in trees))


def members(expression: Tree | Node, as_of: datetime) -> Select[int]:
    """Ids of the contacts that the expression means; today is the day of `as_of` by its own clock."""
    node = parse(expression) if isinstance(expression, Mapping) else expression
    return select(Contact.id).where(condition(node, as_of))


def size(session: Session, expression: Tree | Node, as_of: datetime) -> int:
    """How many contacts the expression means."""
    plan_for_all(session)
    found = members(expression, settings.local(session, as_of)).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def first_members(
    session: Session, expression: Tree | Node, as_of: datetime, limit: int, after: int = 0
) -> list[Contact]:
    """A page of contacts in the order of their ids, beginning behind `after`."""
    meant = members(expression, settings.local(session, as_of))
    ids = meant.where(Contact.id > after).order_by(Contact.id).limit(limit)
    return list(session.scalars(select(Contact).where(Contact.id.in_(ids)).order_by(Contact.id)))


def exported(session: Session, expression: Tree | Node, as_of: datetime) -> Select[Any]:
    """A row for each member, in the order of their ids: their columns and their present email address."""
    return (
        select(
            Contact.id,
            Contact.external_id,
            Contact.first_name,
            Contact.last_name,
            Identity.address.label("email"),
            Contact.language,
            Contact.country,
            Contact.attributes,
        )
        .outerjoin(Identity, live_identity(CHANNEL_EMAIL))
        .where(Contact.id.in_(members(expression, settings.local(session, as_of))))
        .order_by(Contact.id)
    )


def contacts_with(session: Session, external_ids: Sequence[str], keys: Sequence[bytes]) -> tuple[Found, Found]:
    """Contact ids by external id, and by the address key of a present email address."""
    by_external = select(Contact.external_id, Contact.id).where(Contact.external_id.in_(external_ids))
    by_address = select(Identity.address_key, Identity.contact_id).where(
        Identity.channel == CHANNEL_EMAIL, Identity.address_key.in_(keys), Identity.ended_at.is_(None)
    )
    return _grouped(session.execute(by_external)), _grouped(session.execute(by_address))


def add_members(segment_id: int, contact_ids: Sequence[int], now: datetime) -> ReturningInsert[int]:
    """Members from now on, returned as far as they were not before; who was removed once is one again."""
    statement = insert(SegmentMember).values(
        [{"segment_id": segment_id, "contact_id": contact_id, "added_at": now} for contact_id in contact_ids]
    )
    return statement.on_conflict_do_update(
        index_elements=[SegmentMember.segment_id, SegmentMember.contact_id],
        set_={"added_at": now, "removed_at": None},
        where=SegmentMember.removed_at.is_not(None),
    ).returning(SegmentMember.contact_id)


def remove_members(segment_id: int, contact_ids: Sequence[int], now: datetime) -> ReturningUpdate[int]:
    return (
        update(SegmentMember)
        .where(SegmentMember.segment_id == segment_id, SegmentMember.contact_id.in_(contact_ids))
        .where(SegmentMember.removed_at.is_(None))
        .values(removed_at=now)
        .returning(SegmentMember.contact_id)
    )


def plan_for_all(session: Session) -> None:
    """Let this transaction ask about everybody at once.

    Hashes of a million ids stay in memory, and no plan visits contacts one by one because the planner took a
    condition on an attribute, of which it has no statistics, to leave only a few (seen: 10.9 s instead of 1.4).
    """
    session.execute(text("SET LOCAL work_mem = '64MB'"))
    session.execute(text("SET LOCAL enable_nestloop = off"))
    session.execute(text("SET LOCAL jit = off"))


def _grouped(rows: Iterable[Any]) -> Found:
    found: Found = {}
    for name, contact_id in rows:
        found.setdefault(name, []).append(contact_id)
    return found


def _filtered(statement: Select[Any], search: str | None) -> Select[Any]:
    statement = statement.where(Segment.archived_at.is_(None))
    return statement.where(Segment.name.icontains(search, autoescape=True)) if search else statement
