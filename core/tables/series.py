"""Series: campaigns that run again and again, each run a campaign of its own."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id, only
from core.vocabulary import SeriesState


class Series(Base):
    """What was confirmed once: letter and expressions are fixed, whom they mean is found out at each run."""

    __tablename__ = "series"
    __table_args__ = (
        only("state", SeriesState),
        Index("ix_series_due", "next_at", postgresql_where=text("state = 'active'")),
    )

    id: Mapped[Id]
    name: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=SeriesState.ACTIVE)
    rhythm: Mapped[dict[str, Any]]
    date_rule: Mapped[dict[str, Any] | None]
    """Whose date makes them recipients of a run; null: everybody in the segments."""
    next_at: Mapped[datetime | None]
    """When the next run is due; null once it has ended."""
    channel: Mapped[str]
    purpose: Mapped[str]
    template_id: Mapped[int | None] = mapped_column(ForeignKey("templates.id"))
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("senders.id"))
    content_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    include: Mapped[list[Any]]
    exclude: Mapped[list[Any]]
    audience: Mapped[dict[str, Any]]
    topic: Mapped[str | None] = mapped_column(ForeignKey("topics.key"))
    consent_required: Mapped[bool]
    in_doubt_policy: Mapped[str]
    settings: Mapped[dict[str, Any]]
    steps: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """Later channels with their letters, as `campaign_steps` has them."""
    created_by: Mapped[str]
    created_at: Mapped[CreatedAt]
    ended_at: Mapped[datetime | None]
