"""A letter that went to somebody, looked at once more: what was frozen, and their values as they are now."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.errors import NotFound
from core.queries import public


@dataclass(frozen=True, slots=True)
class Viewed:
    """`values` are None once the person has been erased: nothing is left to show."""

    delivery_id: int
    language: str
    subject: str
    html: str | None
    text: str
    values: Mapping[str, object] | None


def look(session: Session, delivery_id: int) -> Viewed:
    """Raise NotFound (`contact.not_found`) if it is no letter by email. Nothing is recorded."""
    found = session.execute(public.letter(delivery_id)).first()
    if found is None:
        raise NotFound("contact.not_found", id=delivery_id)
    row = session.execute(public.values(delivery_id)).mappings().first()
    values = None if row is None or found.erased_at is not None else {**(row["attributes"] or {}), **row}
    return Viewed(delivery_id, found.language, found.subject, found.html, found.plain or "", values)
