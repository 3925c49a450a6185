"""The operators' desk in a group: what waits to be shown there, and which topic is whose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.queries import settings as business
from core.tables.conversations import Conversation, ConversationMessage


@dataclass(frozen=True, slots=True)
class Desk:
    """The group in which operators answer, in the language of whoever chose it."""

    chat_id: int
    title: str
    language: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that operators have not been shown."""

    id: int
    identity_id: int
    direction: str
    kind: str
    text: str | None
    key: str | None
    written_by: str | None
    media: Sequence[Mapping[str, str]] = ()


def group(session: Session) -> Desk | None:
    kept = business.value(session, "desk")
    return Desk(**kept) if kept else None


def waiting(session: Session, limit: int) -> list[Waiting]:
    """The oldest first."""
    message = ConversationMessage
    columns = (
        message.id,
        message.identity_id,
        message.direction,
        message.kind,
        message.text,
        message.key,
        message.written_by,
        message.media,
    )
    statement = select(*columns).where(message.for_desk).order_by(message.id).limit(limit)
    return [Waiting(*row) for row in session.execute(statement)]


def topic(session: Session, identity_id: int, chat_id: int) -> int | None:
    """The customer's topic in that group."""
    here = (Conversation.identity_id == identity_id, Conversation.desk_chat_id == chat_id)
    return session.scalar(select(Conversation.desk_topic_id).where(*here))


def customer(session: Session, chat_id: int, topic_id: int) -> int | None:
    """The identity that this topic is about."""
    here = (Conversation.desk_chat_id == chat_id, Conversation.desk_topic_id == topic_id)
    return session.scalar(select(Conversation.identity_id).where(*here))
