"""Reading a mailbox once: how far it was read is kept, and a mail is recorded whole or not at all."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import Problem
from core.messages import Event
from core.queries import deliveries, leases, mailboxes
from core.services.recording import record

LEASE_SECONDS = 120


def begin(sessions: Sessions, name: str, uid_validity: int, now: datetime) -> int:
    """The last message that has been read; a folder that was made anew is read from its beginning."""
    with sessions.begin() as session:
        row = mailboxes.get(session, name)
        last = row.last_uid if row is not None and row.uid_validity == uid_validity else 0
        session.execute(mailboxes.note(name, uid_validity=uid_validity, last_uid=last, tried_at=now))
    return last


def take_in(sessions: Sessions, event: Event) -> bool:
    """Record what a mail means, in a transaction of its own; False if it was known, or its letter is not.

    What names no letter of ours is kept and changes nothing.
    """
    with sessions.begin() as session:
        if event.delivery_id is not None and not session.scalars(deliveries.known([event.delivery_id])).all():
            return False
        return record(session, [event]) > 0


def reached(sessions: Sessions, name: str, uid: int, now: datetime, *, is_end: bool) -> None:
    """Everything up to this message has been handled; at the end of the mailbox, that all is well."""
    well: dict[str, object] = {"read_at": now, "problem": None, "params": {}} if is_end else {}
    with sessions.begin() as session:
        session.execute(mailboxes.note(name, last_uid=uid, tried_at=now, **well))


def failed(sessions: Sessions, name: str, problem: Problem, now: datetime) -> None:
    """It could not be read: people are told why, and it is tried less often."""
    with sessions.begin() as session:
        session.execute(mailboxes.note(name, tried_at=now, problem=problem.code, params=problem.params))


def take(session: Session, name: str, holder: str) -> bool:
    """Whether nobody else is reading it."""
    return leases.acquire(session, f"mailbox:{name}", holder, LEASE_SECONDS)


def give_back(session: Session, name: str, holder: str) -> None:
    leases.release(session, f"mailbox:{name}", holder)
