"""What operators have not read yet, or not been told."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.tables.notices import Notice

SHOWN = 5


def unread(session: Session, campaign_id: int | None = None) -> list[Notice]:
    """The newest first, of one campaign or of all."""
    statement = select(Notice).where(Notice.read_at.is_(None)).order_by(Notice.id.desc()).limit(SHOWN)
    return list(
        session.scalars(statement if campaign_id is None else statement.where(Notice.campaign_id == campaign_id))
    )


def untold(session: Session) -> list[Notice]:
    """The oldest first of what no chat has heard of."""
    return list(session.scalars(select(Notice).where(Notice.told_at.is_(None)).order_by(Notice.id).limit(SHOWN)))
