"""Campaigns, and the origins that deliveries are sent for."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id, only
from core.vocabulary import CHANNEL_EMAIL, CampaignState, InDoubtPolicy, OriginKind


class Campaign(Base):
    """A template for the people in segments, on a channel. Content and audience are frozen at launch."""

    __tablename__ = "campaigns"
    __table_args__ = (
        only("state", CampaignState),
        only("in_doubt_policy", InDoubtPolicy),
        UniqueConstraint("series_id", "occurrence"),
        Index("ix_campaigns_running", "state", postgresql_where=text("state IN ('scheduled', 'sending', 'paused')")),
    )

    id: Mapped[Id]
    name: Mapped[str]
    channel: Mapped[str]
    purpose: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=CampaignState.DRAFT)
    template_id: Mapped[int | None] = mapped_column(ForeignKey("templates.id"))
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("senders.id"))
    include: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """Segment ids; the audience is their union …"""
    exclude: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """… without the union of these."""
    topic: Mapped[str | None] = mapped_column(ForeignKey("topics.key"))
    """What it is about; null: who wants nothing of some topic gets it all the same."""
    consent_required: Mapped[bool] = mapped_column(server_default=text("false"))
    in_doubt_policy: Mapped[str] = mapped_column(server_default=InDoubtPolicy.HOLD)
    settings: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """Open for what later rules need: sending hours, pace, privacy mode."""
    audience: Mapped[dict[str, Any] | None]
    """Frozen at launch: the expressions of `include` and `exclude` as they were, and the instant they speak of."""
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("origins.id", use_alter=True))
    content_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    prepared_up_to: Mapped[int] = mapped_column(server_default=text("0"))
    """Contacts up to this id have their deliveries: preparation may stop and go on at any point."""
    prepared_at: Mapped[datetime | None]
    """When preparation was complete."""
    version: Mapped[int] = mapped_column(server_default=text("1"))
    """Rises with every edit: makes an older confirmation void."""
    schedule_at: Mapped[datetime | None]
    """When the scheduler launches it; letter and expressions are fixed since then, and who they mean is not."""
    scheduled_by: Mapped[str | None]
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    occurrence: Mapped[date | None]
    """Of a series: the day that this run is for, which no other run is."""
    launched_at: Mapped[datetime | None]
    launched_by: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    paused_why: Mapped[str | None]
    paused_by: Mapped[str | None]
    created_by: Mapped[str]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[CreatedAt]


class Origin(Base):
    """What deliveries are sent for: a campaign's run, a test, a consent request, an API call."""

    __tablename__ = "origins"
    __table_args__ = (only("kind", OriginKind),)

    id: Mapped[Id]
    kind: Mapped[str]
    channel: Mapped[str]
    purpose: Mapped[str]
    topic: Mapped[str | None]
    """The campaign's at its launch."""
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("senders.id"))
    sample_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"))
    """In a test: the contact whose values fill in the letter."""
    open: Mapped[bool] = mapped_column(server_default=text("true"))
    """Whether the dispatcher still looks here for work."""
    claimed_up_to: Mapped[int] = mapped_column(server_default=text("0"))
    """No fresh delivery of this origin with an id up to here is left: where the next claim begins."""
    events_summed_up_to: Mapped[int] = mapped_column(server_default=text("0"))
    """Opens and clicks with an id up to here are in `forgotten_events`, deleted or about to be; 0: none are."""
    created_at: Mapped[CreatedAt]


class SenderRow(Base):
    """From whom messages come on a channel: a mailbox, a number, a Messaging Service, a bot."""

    __tablename__ = "senders"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[Id]
    channel: Mapped[str] = mapped_column(server_default=CHANNEL_EMAIL)
    name: Mapped[str]
    address: Mapped[str]
    pool: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """More numbers that share the work with `address`."""
    per_second: Mapped[float | None]
    """Messages that each of its numbers may send; None: as many as the account."""
    reply_to: Mapped[str | None]
    imprint: Mapped[str | None]
    created_at: Mapped[CreatedAt]
    archived_at: Mapped[datetime | None]
