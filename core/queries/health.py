"""Figures of the whole installation for those who watch it: counts and ages, no names."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.queries import pacing
from core.tables.audit import AuditEntry
from core.tables.campaigns import Campaign, Origin
from core.tables.deliveries import Batch, Delivery
from core.tables.gates import Gate

RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Health:
    """`deliveries` are those of the last 30 days and of whatever is still open, by state."""

    deliveries: dict[str, int]
    campaigns: dict[str, int]
    gates: dict[tuple[str, str], int]
    """Scope and reason to how many are closed."""
    limit: int
    limit_left: int
    batches: int
    database_bytes: int
    backup_at: datetime | None


def health(session: Session, now: datetime) -> Health:
    lately = select(Origin.id).where(or_(Origin.open, Origin.created_at > now - RECENT))
    states = select(Delivery.state, func.count()).where(Delivery.origin_id.in_(lately)).group_by(Delivery.state)
    campaigns = select(Campaign.state, func.count()).group_by(Campaign.state)
    closed = (
        select(Gate.scope, Gate.reason, func.count())
        .where(or_(Gate.until.is_(None), Gate.until > now))
        .group_by(Gate.scope, Gate.reason)
    )
    allowance = pacing.allowance(session, pacing.ACCOUNT, now)
    saved = select(func.max(AuditEntry.at)).where(AuditEntry.subject == "installation", AuditEntry.action == "backup")
    return Health(
        deliveries=dict(session.execute(states).all()),
        campaigns=dict(session.execute(campaigns).all()),
        gates={(scope, reason): count for scope, reason, count in session.execute(closed)},
        limit=allowance.limit,
        limit_left=allowance.left,
        batches=session.scalar(select(func.count(Batch.id))) or 0,
        database_bytes=session.scalar(select(func.pg_database_size(func.current_database()))) or 0,
        backup_at=session.scalar(saved),
    )
