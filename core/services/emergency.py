"""Stopping everything at once, and letting it go on: one gate before all that this installation sends or begins."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.queries import due, gates, series
from core.queries import settings as business
from core.queries.bell import ring
from core.services import audit
from core.vocabulary import GateScope

KEY = "stopped"
"""Its own, beside other gates of the account: letting go on opens no other."""


@dataclass(frozen=True, slots=True)
class Released:
    """What was scheduled for the time in between, by name: it begins now, or is too late by more than `hours`."""

    begins: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    hours: int = 0


def stop_everything(session: Session, *, by: str) -> None:
    """Nothing more begins to be sent on any channel, within a second, and nothing that is scheduled is launched.

    What is on the wire is settled.
    """
    gates.close(session, GateScope.ACCOUNT, KEY, reason="stopped", by=by)
    audit.note(session, by, "stop_everything", "account")


def go_on(session: Session, *, by: str, now: datetime) -> Released:
    """Everything goes on where it stopped; campaigns that were paused before stay paused."""
    gates.open_again(session, GateScope.ACCOUNT, KEY)
    audit.note(session, by, "go_on", "account")
    ring(session)
    return _released(session, now)


def _released(session: Session, now: datetime) -> Released:
    hours = int(business.value(session, "catch_up_hours"))
    held = [*due.scheduled_until(session, now), *series.due_by_name(session, now)]
    released = Released(hours=hours)
    for name, at in held:
        (released.late if now - at > timedelta(hours=hours) else released.begins).append(name)
    return released
