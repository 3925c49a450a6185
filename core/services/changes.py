"""A changed setting, with its entry in the audit."""

from sqlalchemy.orm import Session

from core.queries import settings
from core.services import audit


def put(session: Session, key: str, after: object, *, by: str) -> None:
    """Keep it, and note what it was before; what stays as it is needs no entry."""
    before = settings.value(session, key)
    if before == after:
        return
    settings.put(session, key, after, by=by)
    audit.note(session, by, "set", f"setting:{key}", before=before, after=after)
