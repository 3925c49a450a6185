"""Stopping everything at once, and letting it go on: one gate before all that this installation sends."""

from sqlalchemy.orm import Session

from core.queries import gates
from core.queries.bell import ring
from core.services import audit
from core.vocabulary import GateScope

KEY = "stopped"
"""Its own, beside other gates of the account: letting go on opens no other."""


def stop_everything(session: Session, *, by: str) -> None:
    """Nothing more begins to be sent on any channel, within a second; what is on the wire is settled."""
    gates.close(session, GateScope.ACCOUNT, KEY, reason="stopped", by=by)
    audit.note(session, by, "stop_everything", "account")


def go_on(session: Session, *, by: str) -> None:
    """Everything goes on where it stopped; campaigns that were paused before stay paused."""
    gates.open_again(session, GateScope.ACCOUNT, KEY)
    audit.note(session, by, "go_on", "account")
    ring(session)
