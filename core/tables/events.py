"""What was learnt after a message left: appended first, and only then does a state move."""

from datetime import datetime
from typing import Any

from sqlalchemy import FetchedValue, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import BIGINT
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id, only
from core.vocabulary import Actor, EventKind


class EventRow(Base):
    """One event. `recorded_xid` orders the stream for those who follow it: ids alone come out of order."""

    __tablename__ = "events"
    __table_args__ = (
        only("kind", EventKind),
        only("actor", Actor),
        UniqueConstraint("provider", "key"),
        Index("ix_events_delivery_id", "delivery_id", postgresql_where=text("delivery_id IS NOT NULL")),
        Index("ix_events_bounced", "delivery_id", postgresql_where=text("kind = 'bounced'")),
        Index("ix_events_recorded_xid_id", "recorded_xid", "id"),
        Index("ix_events_by_mail", "recorded_at", postgresql_where=text("provider = 'mailbox'")),
        Index("ix_events_against", "recorded_at", postgresql_where=text("kind IN ('bounced', 'complained')")),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    provider: Mapped[str]
    key: Mapped[str]
    delivery_id: Mapped[int | None]
    identity_id: Mapped[int | None]
    link_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(server_default=Actor.UNKNOWN)
    actor_rule: Mapped[str | None]
    """Which rule, in which version, took it for a person or a machine."""
    bounce: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    at: Mapped[datetime]
    recorded_at: Mapped[CreatedAt]
    recorded_xid: Mapped[int] = mapped_column(
        BIGINT, FetchedValue(), server_default=text("(pg_current_xact_id()::text::bigint)")
    )


class Engagement(Base):
    """What one recipient did with a message: a summary of its events, written in the same transaction."""

    __tablename__ = "engagements"
    __table_args__ = (
        Index("ix_engagements_origin_id", "origin_id"),
        Index("ix_engagements_contact_id", "contact_id"),
    )

    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True)
    origin_id: Mapped[int]
    contact_id: Mapped[int | None]
    """The delivery's, once more: segments ask who read, and would have to look at every delivery for it."""
    read_at: Mapped[datetime | None]
    clicked_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    unsubscribed_at: Mapped[datetime | None]
    complained_at: Mapped[datetime | None]
    reads: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    clicks: Mapped[int] = mapped_column(Integer, server_default=text("0"))
