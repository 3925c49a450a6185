"""The operators' desk in a group: which group it is, a topic for each customer, and what was shown there."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.queries import desk as queries
from core.queries import settings as business
from core.queries.desk import Desk
from core.services import audit, conversations
from core.tables.conversations import Conversation, ConversationMessage, DeskMessage


def choose(session: Session, desk: Desk, *, by: str) -> None:
    """Customers are answered in that group from now on; who had a topic in another gets a new one."""
    kept = {"chat_id": desk.chat_id, "title": desk.title, "language": desk.language}
    business.put(session, "desk", kept, by=by)
    audit.note(session, by, "set", "setting:desk", after=desk.chat_id)


def leave(session: Session, chat_id: int, *, by: str) -> bool:
    """The group is the desk no more, and each operator hears of customers alone; False if it was not."""
    known = queries.group(session)
    if known is None or known.chat_id != chat_id:
        return False
    business.put(session, "desk", {}, by=by)
    audit.note(session, by, "set", "setting:desk", before=chat_id)
    return True


def moved(session: Session, chat_id: int, new_chat_id: int) -> bool:
    """The group has another number now, as Telegram says; a small one had no topics to take along."""
    known = queries.group(session)
    if known is None or known.chat_id != chat_id:
        return False
    choose(session, Desk(new_chat_id, known.title, known.language), by="telegram")
    session.execute(update(DeskMessage).where(DeskMessage.chat_id == chat_id).values(chat_id=new_chat_id))
    return True


def keep_topic(session: Session, identity_id: int, chat_id: int, topic_id: int | None) -> None:
    """The customer's topic; None where it is gone."""
    values = {"desk_chat_id": chat_id if topic_id else None, "desk_topic_id": topic_id}
    session.execute(update(Conversation).where(Conversation.identity_id == identity_id).values(values))


def closed(session: Session, identity_id: int) -> None:
    """An operator has closed the topic: nobody waits there. What the customer writes next opens it again."""
    conversations.answered(session, identity_id)


def shown(session: Session, message_ids: Sequence[int]) -> None:
    session.execute(update(ConversationMessage).where(ConversationMessage.id.in_(message_ids)).values(for_desk=False))


def stands_for(session: Session, chat_id: int, message_id: int, identity_id: int) -> None:
    """A reply to that message is meant for this customer from now on."""
    entry = insert(DeskMessage).values(chat_id=chat_id, message_id=message_id, identity_id=identity_id)
    same = ["chat_id", "message_id"]
    session.execute(entry.on_conflict_do_update(index_elements=same, set_={"identity_id": identity_id}))
