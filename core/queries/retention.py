"""Statements that forget old records, a bounded walk at a time: each begins behind an id and says how far it came."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.rules.retention import Kept
from core.tables.attempts import Attempt
from core.tables.audit import AuditEntry
from core.tables.campaigns import Campaign, Origin
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.tables.forgotten import ForgottenEvents
from core.tables.imports import Import, ImportRefusal
from core.vocabulary import EventKind

STEP = 5_000
"""Rows that one walk looks at: some ten milliseconds."""
SAID = "said"
FORGOTTEN = (EventKind.OPENED, EventKind.CLICKED)
Walk = Callable[[Session, datetime, int], int | None]
"""Forget what is older than a time among the next rows behind an id; where it stopped, or None at the end."""


def words_of_deliveries(session: Session, before: datetime, after: int) -> int | None:
    upto = _upto(session, Delivery.id, Delivery.created_at, before, after)
    old = (Delivery.id > after, Delivery.id <= (upto or 0), Delivery.said.is_not(None), Delivery.settled_at < before)
    session.execute(update(Delivery).where(*old).values(said=None))
    return upto


def words_of_attempts(session: Session, before: datetime, after: int) -> int | None:
    upto = _upto(session, Attempt.id, Attempt.at, before, after)
    old = (Attempt.id > after, Attempt.id <= (upto or 0), Attempt.at < before, Attempt.said.is_not(None))
    session.execute(update(Attempt).where(*old).values(said=None))
    return upto


def words_of_events(session: Session, before: datetime, after: int) -> int | None:
    """What servers said in reports stands among their details; the class that was read from it stays."""
    upto = _upto(session, EventRow.id, EventRow.recorded_at, before, after)
    old = (EventRow.id > after, EventRow.id <= (upto or 0), EventRow.recorded_at < before)
    unsaid = update(EventRow).where(*old, EventRow.details.has_key(SAID))
    session.execute(unsaid.values(details=EventRow.details.op("-")(SAID)))
    return upto


def audit_entries(session: Session, before: datetime, after: int) -> int | None:
    upto = _upto(session, AuditEntry.id, AuditEntry.at, before, after)
    session.execute(
        delete(AuditEntry).where(AuditEntry.id > after, AuditEntry.id <= (upto or 0), AuditEntry.at < before)
    )
    return upto


def refused_rows(session: Session, before: datetime, after: int) -> int | None:
    """An import's refused rows hold what stood in the file."""
    ended = func.coalesce(Import.finished_at, Import.created_at)
    some = exists().where(ImportRefusal.import_id == Import.id)
    found = session.scalar(
        select(Import.id).where(Import.id > after, ended < before, some).order_by(Import.id).limit(1)
    )
    if found is None:
        return None
    rows = select(ImportRefusal.row).where(ImportRefusal.import_id == found).order_by(ImportRefusal.row).limit(STEP)
    these = delete(ImportRefusal).where(ImportRefusal.import_id == found, ImportRefusal.row.in_(rows))
    gone = session.execute(these.returning(ImportRefusal.row)).all()
    return found if len(gone) < STEP else found - 1


def opens_and_clicks(session: Session, before: datetime, after: int) -> int | None:
    """Of one ended origin: its events are summed up once, so that every figure stays, then deleted."""
    ended = func.coalesce(Campaign.finished_at, Origin.created_at)
    old = select(Origin.id, Origin.events_summed_up_to).outerjoin(Campaign, Campaign.id == Origin.campaign_id)
    found = session.execute(
        old.where(Origin.id > after, Origin.open.is_(False), ended < before).order_by(Origin.id).limit(1)
    ).one_or_none()
    if found is None:
        return None
    upto = found.events_summed_up_to or _sum_up(session, found.id)
    gone = select(EventRow.id).join(Delivery, Delivery.id == EventRow.delivery_id)
    gone = gone.where(Delivery.origin_id == found.id, EventRow.kind.in_(FORGOTTEN), EventRow.id <= upto).limit(STEP)
    deleted = session.execute(delete(EventRow).where(EventRow.id.in_(gone)).returning(EventRow.id)).all()
    return int(found.id) if len(deleted) < STEP else int(found.id) - 1


WALKS: dict[Kept, tuple[Walk, ...]] = {
    Kept.WORDS: (words_of_deliveries, words_of_attempts, words_of_events),
    Kept.EVENTS: (opens_and_clicks,),
    Kept.REFUSALS: (refused_rows,),
    Kept.AUDIT: (audit_entries,),
}


def _sum_up(session: Session, origin_id: int) -> int:
    """Write down what the origin's events say in sum; up to which event that is true."""
    upto = session.scalar(select(func.max(EventRow.id))) or 0
    said = (
        select(Delivery.origin_id, EventRow.kind, EventRow.actor, EventRow.link_id, func.count(),
               func.count(func.distinct(EventRow.delivery_id)))
        .join(Delivery, Delivery.id == EventRow.delivery_id)
        .where(Delivery.origin_id == origin_id, EventRow.kind.in_(FORGOTTEN), EventRow.id <= upto)
        .group_by(Delivery.origin_id, EventRow.kind, EventRow.actor, EventRow.link_id)
    )  # fmt: skip
    columns = ["origin_id", "kind", "actor", "link_id", "events", "recipients"]
    session.execute(insert(ForgottenEvents).from_select(columns, said))
    session.execute(update(Origin).where(Origin.id == origin_id).values(events_summed_up_to=upto))
    return upto


def _upto(
    session: Session, key: InstrumentedAttribute[int], at: InstrumentedAttribute[datetime], before: datetime, after: int
) -> int | None:
    """The last id of the next rows; None when they are younger than that, since ids rise with time."""
    rows = select(key.label("id"), at.label("at")).where(key > after).order_by(key).limit(STEP).subquery()
    last, oldest = session.execute(select(func.max(rows.c.id), func.min(rows.c.at))).one()
    return None if last is None or oldest >= before else int(last)
