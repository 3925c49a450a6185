"""Reading topics of interest."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.tables.topics import Topic


def every(session: Session) -> Sequence[Topic]:
    """The archived too, by their keys."""
    return session.scalars(select(Topic).order_by(Topic.key)).all()


def offered(session: Session) -> Sequence[Topic]:
    """What campaigns may be about and customers are asked about."""
    return session.scalars(select(Topic).where(Topic.archived_at.is_(None)).order_by(Topic.key)).all()


def names(session: Session, key: str | None) -> dict[str, str] | None:
    """By language; None of no topic, or of one that is not here."""
    topic = session.get(Topic, key) if key else None
    return None if topic is None else {"en": topic.name_en, "de": topic.name_de}


def keys(session: Session) -> frozenset[str]:
    return frozenset(session.scalars(select(Topic.key)))
