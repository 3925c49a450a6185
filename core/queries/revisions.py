"""Counters that move when what others have computed from becomes old."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from core.tables.contacts import Revision

AUDIENCE = "audience"
"""Contacts, lists, consents or conversations have changed: counts of who can be reached are old."""


def current(session: Session, name: str = AUDIENCE) -> int:
    """0 as long as nothing has changed."""
    return session.scalar(select(Revision.number).where(Revision.name == name)) or 0


def moved(name: str = AUDIENCE) -> Insert:
    """Note a change."""
    statement = insert(Revision).values(name=name, number=1)
    return statement.on_conflict_do_update(index_elements=[Revision.name], set_={"number": Revision.number + 1})


def move(session: Session, name: str = AUDIENCE) -> None:
    """Note a change, in the caller's transaction."""
    session.execute(moved(name))
