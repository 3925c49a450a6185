"""The one message a chat and campaign that is edited while the campaign runs."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.tables.operators import LiveMessage


def follow(
    session: Session, chat_id: int, campaign_id: int, message_id: int, *, shown: str, now: datetime
) -> int | None:
    """This message shows the campaign in the chat from now on; the number of the one before it, if it was another."""
    known = select(LiveMessage.message_id).where(_of(chat_id, campaign_id)).with_for_update()
    before = session.scalar(known)
    values = {"message_id": message_id, "shown": shown, "edited_at": now}
    statement = insert(LiveMessage).values(chat_id=chat_id, campaign_id=campaign_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["chat_id", "campaign_id"], set_=values))
    return before if before != message_id else None


def edited(session: Session, chat_id: int, campaign_id: int, message_id: int, *, shown: str, now: datetime) -> None:
    """The message shows this now; one that has taken its place stays as it is."""
    same = and_(_of(chat_id, campaign_id), LiveMessage.message_id == message_id)
    session.execute(update(LiveMessage).where(same).values(shown=shown, edited_at=now))


def forget(session: Session, chat_id: int, campaign_id: int, message_id: int) -> None:
    """No longer edit this message; one that has taken its place stays."""
    session.execute(delete(LiveMessage).where(_of(chat_id, campaign_id), LiveMessage.message_id == message_id))


def _of(chat_id: int, campaign_id: int) -> ColumnElement[bool]:
    return and_(LiveMessage.chat_id == chat_id, LiveMessage.campaign_id == campaign_id)
