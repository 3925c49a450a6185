"""Gates: set once for all that they hold up, and asked by the claim."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.tables.gates import Gate
from core.vocabulary import GateScope


def close(
    session: Session,
    scope: GateScope,
    key: str,
    *,
    reason: str,
    by: str,
    until: datetime | None = None,
    **details: object,
) -> None:
    """Bar the way; a gate that is closed already keeps its `since` and gets the new reason."""
    values = {"reason": reason, "until": until, "set_by": by, "details": details}
    statement = insert(Gate).values(scope=scope, key=key, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["scope", "key"], set_=values))


def open_again(session: Session, scope: GateScope, key: str) -> None:
    session.execute(delete(Gate).where(Gate.scope == scope, Gate.key == key))


def closed(session: Session, now: datetime) -> list[Gate]:
    """All gates that stand at this moment."""
    return list(session.scalars(select(Gate).where((Gate.until.is_(None)) | (Gate.until > now)).order_by(Gate.id)))
