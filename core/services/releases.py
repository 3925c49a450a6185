"""Releasing many from the general or the marketing blacklist at once: after a mistake, never what customers decided."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from core.errors import Invalid, Refused
from core.queries import revisions
from core.rules.suppression import by_hand
from core.services import audit
from core.tables.audit import AuditEntry
from core.tables.suppression import Suppression
from core.vocabulary import SuppressionList


@dataclass(frozen=True, slots=True)
class Which:
    """Entries of one list: those that came by `source` (None: by any), within a time."""

    list: str
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def count(session: Session, which: Which) -> int:
    """How many entries in force they are; raise Refused (`suppression.<list>_stays`) for what no person releases."""
    return session.scalar(select(func.count()).where(_meant(which))) or 0


def release_many(session: Session, which: Which, *, expected: int, reason: str, by: str, now: datetime) -> int:
    """Release them all, each with the reason in the audit; how many there were.

    Raises Invalid (`suppression.no_reason`), and Refused (`suppression.moved`) where there are others than the
    `expected`, who were looked at.
    """
    if not reason.strip():
        raise Invalid("suppression.no_reason", where="reason")
    found = count(session, which)
    if found != expected:
        raise Refused("suppression.moved", expected=expected, found=found)
    said = {"list": which.list, "reason": reason.strip()[:500]}
    released = (
        update(Suppression)
        .where(_meant(which))
        .values(released_at=now, released_by=by)
        .returning(Suppression.id)
        .cte("released")
    )
    noted = select(
        literal(by), literal("release"), func.concat("suppression:", released.c.id), literal(said, JSONB)
    ).select_from(released)
    columns = ["actor", "action", "subject", "details"]
    session.execute(insert(AuditEntry).from_select(columns, noted).add_cte(released))
    revisions.move(session)
    audit.note(session, by, "release_many", f"list:{which.list}", released=found, **said)
    return found


def _meant(which: Which) -> ColumnElement[bool]:
    """On the marketing blacklist all that names the same person goes together."""
    if not by_hand(which.list):
        raise Refused(f"suppression.{which.list}_stays")
    in_force = and_(Suppression.list == which.list, Suppression.released_at.is_(None))
    wanted = [in_force]
    if which.source:
        wanted.append(Suppression.source == which.source)
    if which.since:
        wanted.append(Suppression.added_at >= which.since)
    if which.until:
        wanted.append(Suppression.added_at < which.until)
    if which.list != SuppressionList.MARKETING:
        return and_(*wanted)
    people = select(Suppression.contact_id).where(*wanted, Suppression.contact_id.is_not(None))
    return or_(and_(*wanted), and_(in_force, Suppression.contact_id.in_(people)))
