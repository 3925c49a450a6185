"""How far a mailbox has been read, and what has come back by which way."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from core.tables.events import EventRow
from core.tables.mailboxes import MailboxRow
from core.vocabulary import EventKind

MAILBOX = "mailbox"
"""Whose events are those that come by mail."""
REPORTED = (EventKind.BOUNCED, EventKind.COMPLAINED)
PAUSE = timedelta(seconds=60)
PAUSE_AFTER_FAULT = timedelta(minutes=5)
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CameBack:
    """So many events of one kind and class, by one way; `known` of them name a letter of ours."""

    way: str
    kind: str
    bounce: str | None
    count: int
    known: int
    last: datetime


def get(session: Session, name: str) -> MailboxRow | None:
    return session.get(MailboxRow, name, populate_existing=True)


def is_due(session: Session, name: str, now: datetime) -> bool:
    """Whether it is time to look again: less often while it cannot be read."""
    row = get(session, name)
    if row is None or row.tried_at is None:
        return True
    return row.tried_at < now - (PAUSE if row.problem is None else PAUSE_AFTER_FAULT)


def note(name: str, **values: object) -> Insert:
    statement = insert(MailboxRow).values(name=name, **values)
    return statement.on_conflict_do_update(index_elements=["name"], set_=values)


def came_back(session: Session, ways: Collection[str], now: datetime) -> list[CameBack]:
    """What came in of late: all that came by mail, and what the services of `ways` reported as gone wrong."""
    recent = EventRow.recorded_at >= now - RECENT
    by_mail = EventRow.provider == MAILBOX
    reported = and_(EventRow.kind.in_(REPORTED), EventRow.provider.in_(ways))
    found = []
    for which in (by_mail, reported):
        statement = (
            select(
                EventRow.provider,
                EventRow.kind,
                EventRow.bounce,
                func.count(),
                func.count(EventRow.delivery_id),
                func.max(EventRow.recorded_at),
            )
            .where(recent, which)
            .group_by(EventRow.provider, EventRow.kind, EventRow.bounce)
        )
        found += [CameBack(*row) for row in session.execute(statement.order_by(func.count().desc()))]
    return found
