"""Operators: who may do what, and from which chat."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id, only
from core.vocabulary import OperatorState, Role


class Operator(Base):
    """A person who runs campaigns, whichever door they come through."""

    __tablename__ = "operators"
    __table_args__ = (only("role", Role), only("state", OperatorState))

    id: Mapped[Id]
    name: Mapped[str]
    role: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=OperatorState.ACTIVE)
    language: Mapped[str] = mapped_column(server_default="en")
    telegram_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    created_at: Mapped[CreatedAt]


class LinkCode(Base):
    """A one-time code that ties a chat to an operator; only its hash is kept."""

    __tablename__ = "link_codes"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class TelegramUpdate(Base):
    """An update that was handled; Telegram may send it twice."""

    __tablename__ = "telegram_updates"

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[CreatedAt]


class LiveMessage(Base):
    """The one message in a chat that shows a campaign and is edited in place."""

    __tablename__ = "live_messages"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    message_id: Mapped[int]
    shown: Mapped[str | None]
    edited_at: Mapped[CreatedAt]


class Dialog(Base):
    """Where a chat's dialog stands: the bot's memory, which survives an emptied Redis."""

    __tablename__ = "dialogs"

    key: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str | None]
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    updated_at: Mapped[CreatedAt]
