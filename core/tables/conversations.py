"""Conversations on channels where a customer must write first."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt


class Conversation(Base):
    """An identity that has written to us; a block suppresses until it is lifted."""

    __tablename__ = "conversations"

    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id", ondelete="CASCADE"), primary_key=True)
    begun_at: Mapped[CreatedAt]
    last_inbound_at: Mapped[datetime]
    blocked_at: Mapped[datetime | None]
