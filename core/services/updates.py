"""Which of Telegram's updates were handled: it may send one twice."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.tables.operators import TelegramUpdate

KEPT = timedelta(days=2)
"""Telegram itself keeps an update that nobody fetches for a day."""


def remember(session: Session, update_id: int) -> bool:
    """Whether this update is new: of two who ask at once, one hears so."""
    statement = insert(TelegramUpdate).values(update_id=update_id).on_conflict_do_nothing()
    return session.scalar(statement.returning(TelegramUpdate.update_id)) is not None


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(TelegramUpdate).where(TelegramUpdate.at < now - KEPT))
