"""Telling operators what they did not ask for: kept until the bot has said it and somebody has read it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.tables.notices import Notice


def tell(session: Session, code: str, params: Mapping[str, object], *, now: datetime, campaign_id: int | None) -> None:
    session.add(Notice(code=code, params=dict(params), campaign_id=campaign_id, at=now))


def mark_told(session: Session, notice_id: int, now: datetime) -> None:
    """Whoever may launch and has a chat has heard of it."""
    session.execute(update(Notice).where(Notice.id == notice_id).values(told_at=now))


def read(session: Session, notice_id: int, now: datetime) -> None:
    """Somebody has seen it in the panel, where it is shown no longer."""
    session.execute(update(Notice).where(Notice.id == notice_id, Notice.read_at.is_(None)).values(read_at=now))
