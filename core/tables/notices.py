"""What operators are told without having asked: by the bot in their chats, and by the panel until somebody read it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id


class Notice(Base):
    """`code` has its sentence in `texts/notices`; `params` are what that names."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_untold", "id", postgresql_where=text("told_at IS NULL")),
        Index("ix_notices_unread", "id", postgresql_where=text("read_at IS NULL")),
    )

    id: Mapped[Id]
    code: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    at: Mapped[CreatedAt]
    told_at: Mapped[datetime | None]
    """When the bot told those who may launch."""
    read_at: Mapped[datetime | None]
