"""Finding what a person names on the command line: by number, else by its whole name."""

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound, Refused
from core.tables.base import Base

Row = TypeVar("Row", bound=Base)


def found(session: Session, table: type[Row], which: str) -> Row:
    """Raise NotFound (`<noun>.not_found`, `name.not_found`), or Refused where a name is borne by several."""
    noun = {
        "senders": "sender",
        "campaigns": "campaign",
        "templates": "template",
        "segments": "segment",
        "series": "series",
    }
    is_number = which.isascii() and which.isdigit() and len(which) < 19
    by_number = session.get(table, int(which)) if is_number else None
    if by_number is not None:
        return by_number
    named = list(session.scalars(select(table).where(table.name == which).limit(2)))  # type: ignore[attr-defined]
    if len(named) > 1:
        raise Refused("name.ambiguous", name=which)
    if not named and is_number:
        raise NotFound(f"{noun[table.__tablename__]}.not_found", id=which)
    if not named:
        raise NotFound("name.not_found", name=which)
    return named[0]
