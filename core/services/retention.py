"""Forgetting what is older than the business keeps it: a short step at a time, so that nobody waits for it."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import Invalid
from core.queries import retention as queries
from core.queries import settings as business
from core.rules import retention as rules
from core.rules.retention import Kept
from core.services import changes
from core.tables.operators import LinkCode
from core.tables.tallies import CountedGroup

GROUPS_KEPT = timedelta(days=60)


class Round:
    """One walk over everything that is kept for a time; `step` by `step`, whoever is interrupted begins anew."""

    def __init__(self) -> None:
        self._walks = [(kind, walk) for kind, walks in queries.WALKS.items() for walk in walks]
        self._after = 0

    def step(self, sessions: Sessions, now: datetime) -> bool:
        """Forget some old records; False when there are none left to look at."""
        if not self._walks:
            return False
        kind, walk = self._walks[0]
        with sessions.begin() as session:
            before = rules.before(days(session, kind), now)
            stopped = walk(session, before, self._after) if before else None
        if stopped is None:
            self._walks.pop(0)
        self._after = stopped or 0
        return bool(self._walks)


def forget_codes(session: Session, now: datetime) -> None:
    """Codes that link a chat to an operator hold for ten minutes."""
    session.execute(delete(LinkCode).where(LinkCode.expires_at < now))


def forget_groups(session: Session, now: datetime) -> None:
    """A spool that has waited for its machine longer than this may be counted again."""
    session.execute(delete(CountedGroup).where(CountedGroup.at < now - GROUPS_KEPT))


def days(session: Session, kind: Kept) -> int:
    return int(business.value(session, rules.setting(kind)))


def keep(session: Session, kind: Kept, number: int, *, by: str) -> None:
    """Keep records of this kind for so many days, 0 for ever; raise Invalid (`setting.bad_retention`)."""
    if not rules.fits(kind, number):
        raise Invalid("setting.bad_retention", where=kind, kept=kind, least=rules.LEAST[kind], most=rules.MOST)
    changes.put(session, rules.setting(kind), number, by=by)
