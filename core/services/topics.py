"""Topics of interest: made, renamed, archived, and taken up again; their keys stay."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import NotFound, Refused
from core.rules import topics as rules
from core.services import audit
from core.tables.topics import Topic


def create(session: Session, key: str, *, name_en: str, name_de: str, by: str) -> Topic:
    """Raise Invalid for a key or name that cannot be, Refused (`topic.taken`) for a key that is there."""
    key, name_en, name_de = key.strip().lower(), name_en.strip(), name_de.strip()
    rules.check(key, name_en, name_de)
    if session.get(Topic, key) is not None:
        raise Refused("topic.taken", key=key)
    topic = Topic(key=key, name_en=name_en, name_de=name_de)
    session.add(topic)
    session.flush()
    audit.note(session, by, "create", f"topic:{key}")
    return topic


def rename(session: Session, key: str, *, name_en: str, name_de: str, by: str) -> Topic:
    """What people read; raise NotFound (`topic.not_found`), or Invalid (`topic.bad_name`)."""
    topic = _locked(session, key)
    rules.check(key, name_en.strip(), name_de.strip())
    topic.name_en, topic.name_de = name_en.strip(), name_de.strip()
    audit.note(session, by, "rename", f"topic:{key}")
    return topic


def archive(session: Session, key: str, *, by: str, now: datetime, back: bool = False) -> Topic:
    """Offer it no more, or (`back`) again; what customers have said of it holds all the while."""
    topic = _locked(session, key)
    topic.archived_at = None if back else now
    audit.note(session, by, "restore" if back else "archive", f"topic:{key}")
    return topic


def check(session: Session, key: object) -> None:
    """Raise NotFound (`topic.not_found`) for what no campaign can be about."""
    if key is not None and session.get(Topic, str(key)) is None:
        raise NotFound("topic.not_found", key=str(key)[:60])


def _locked(session: Session, key: str) -> Topic:
    topic = session.get(Topic, key, with_for_update=True)
    if topic is None:
        raise NotFound("topic.not_found", key=key[:60])
    return topic
