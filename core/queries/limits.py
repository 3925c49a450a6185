"""The daily limit to look at: whose limits there are, how each stands today, and which blocks stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from core.queries import gates, pacing, settings
from core.queries.pacing import ACCOUNT, sender_scope
from core.tables.campaigns import Origin, SenderRow
from core.tables.gates import Gate
from core.tables.pacing import DailyLimit
from core.vocabulary import CHANNEL_EMAIL, GateScope, PacingCause

BLOCKED = {PacingCause.COMPLAINTS: "blocked_by_complaints", PacingCause.ERRORS: "blocked_by_errors"}
DAYS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """One scope's limit at this moment, with its last days, the newest first."""

    scope: str
    sender: SenderRow | None
    """None: the account."""
    limit: int
    left: int
    reserve: int
    """How many of a day's last slots are kept for service mail."""
    days: Sequence[DailyLimit]
    block: Gate | None

    @property
    def used(self) -> int:
        return self.limit - self.left


def standing(session: Session, scope: str, now: datetime, *, days: int = DAYS_SHOWN) -> Standing:
    allowed = pacing.allowance(session, scope, now)
    return Standing(
        scope=scope,
        sender=None if scope == ACCOUNT else session.get(SenderRow, int(scope.removeprefix("sender:"))),
        limit=allowed.limit,
        left=allowed.left,
        reserve=min(int(settings.value(session, "daily_limit_reserve")), allowed.limit // 2),
        days=pacing.last_days(session, scope, days, pacing.today(session, now)),
        block=gates.standing(session, GateScope.MARKETING, gate_key(scope)),
    )


def scopes(session: Session) -> list[str]:
    """The account first, then each sender that is not archived or still has something to send."""
    in_use = or_(SenderRow.archived_at.is_(None), exists().where(Origin.sender_id == SenderRow.id, Origin.open))
    senders = session.scalars(
        select(SenderRow.id).where(SenderRow.channel == CHANNEL_EMAIL, in_use).order_by(SenderRow.id)
    )
    return [ACCOUNT, *map(sender_scope, senders)]


def gate_key(scope: str) -> str:
    return CHANNEL_EMAIL if scope == ACCOUNT else scope


def scope_of(gate: Gate) -> str:
    """Whose limit a block concerns."""
    return ACCOUNT if gate.key == CHANNEL_EMAIL else gate.key


def blocks(session: Session) -> Sequence[Gate]:
    """The blocks that stand, the oldest first."""
    reasons = list(BLOCKED.values())
    statement = select(Gate).where(Gate.scope == GateScope.MARKETING, Gate.reason.in_(reasons))
    return session.scalars(statement.order_by(Gate.id)).all()


def untold(session: Session) -> list[int]:
    """Blocks of which operators have not been told in the chat yet."""
    return [gate.id for gate in blocks(session) if "told" not in gate.details]
