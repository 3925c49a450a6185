"""Conversations with customers: what they wrote, what they were answered, and how a chat is tied to a contact."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id, only
from core.vocabulary import Direction


class Conversation(Base):
    """An identity that has written to us; a block suppresses until it is lifted."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_last_inbound_at", "last_inbound_at"),
        Index(
            "ix_conversations_unanswered_since",
            "unanswered_since",
            postgresql_where=text("unanswered_since IS NOT NULL"),
        ),
        UniqueConstraint("desk_chat_id", "desk_topic_id"),
    )

    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id", ondelete="CASCADE"), primary_key=True)
    begun_at: Mapped[CreatedAt]
    last_inbound_at: Mapped[datetime]
    blocked_at: Mapped[datetime | None]
    written_to: Mapped[str | None]
    """Of our numbers the one that they wrote to last: answers come from there."""
    unanswered_since: Mapped[datetime | None]
    """The first of the customer's words that no operator has answered yet."""
    desk_chat_id: Mapped[int | None] = mapped_column(BigInteger)
    desk_topic_id: Mapped[int | None] = mapped_column(BigInteger)
    """The topic of the operators' group in which this customer is answered."""


class ConversationMessage(Base):
    """One message of a conversation, as far as it was words; what campaigns sent stands in `deliveries`."""

    __tablename__ = "conversation_messages"
    __table_args__ = (
        only("direction", Direction),
        Index("ix_conversation_messages_identity_id_id", "identity_id", "id"),
        Index("ix_conversation_messages_for_desk", "id", postgresql_where=text("for_desk")),
    )

    id: Mapped[Id]
    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id", ondelete="CASCADE"))
    direction: Mapped[str]
    kind: Mapped[str]
    """`text`, `button`, `start`, `phone`, `photo`, `document` …: in whatever form it came."""
    text: Mapped[str | None]
    media: Mapped[list[Any]] = mapped_column(server_default=sa.text("'[]'"))
    """Pictures and files: each its media `kind`, and where its provider keeps it (`at`), or a path of our own."""
    delivery_id: Mapped[int | None]
    """Of an answer: its row in the ledger. Of what a customer wrote: the message that it may be a reply to."""
    written_by: Mapped[str | None]
    """Which operator answered."""
    key: Mapped[str | None]
    """The provider's id of what a customer wrote, by which it can be shown again as it was."""
    for_desk: Mapped[bool] = mapped_column(server_default=false())
    """Whether operators have still to be shown it in their chat."""
    at: Mapped[datetime]


class DeskMessage(Base):
    """A message in an operator's chat that stands for a customer: a reply to it is meant for them."""

    __tablename__ = "desk_messages"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id", ondelete="CASCADE"), index=True)
    at: Mapped[CreatedAt]


class Invitation(Base):
    """A deep link's token that ties a chat to a known contact, once; only its hash is kept."""

    __tablename__ = "invitations"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str]
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
