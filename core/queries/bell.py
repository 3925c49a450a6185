"""Telling the scheduler that there is work, in the transaction that makes it."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

WORK = "sendbote_work"
"""The channel of PostgreSQL's NOTIFY on which the scheduler listens."""


def ring(session: Session) -> None:
    """Heard once the transaction has committed; a lost ring costs one tick."""
    session.execute(select(func.pg_notify(WORK, "")))
