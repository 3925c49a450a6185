"""Telling operators what they did not ask for: kept until the bot has said it and somebody has read it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.tables.notices import Notice


def tell(session: Session, code: str, params: Mapping[str, object], *, now: datetime, campaign_id: int | None) -> None:
    session.add(Notice(code=code, params=dict(params), campaign_id=campaign_id, at=now))


def take_untold(session: Session, now: datetime, most: int = 20) -> list[Notice]:
    """The oldest that no chat has heard of; two bots never take the same."""
    waiting = select(Notice).where(Notice.told_at.is_(None)).order_by(Notice.id).limit(most)
    taken = list(session.scalars(waiting.with_for_update(skip_locked=True)))
    for notice in taken:
        notice.told_at = now
    return taken


def read(session: Session, notice_id: int, now: datetime) -> None:
    """Somebody has seen it in the panel, where it is shown no longer."""
    session.execute(update(Notice).where(Notice.id == notice_id, Notice.read_at.is_(None)).values(read_at=now))
