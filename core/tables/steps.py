"""Later steps of a campaign: the channel that is tried for whom the one before did not reach."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, Id


class CampaignStep(Base):
    """Its deliveries have an origin of their own, so that claim, gates and limits see a channel and a sender as ever.

    Content and origin are there from the launch on.
    """

    __tablename__ = "campaign_steps"
    __table_args__ = (
        UniqueConstraint("campaign_id", "step"),
        UniqueConstraint("origin_id"),
        CheckConstraint("step > 0", name="step"),
    )

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    step: Mapped[int] = mapped_column(SmallInteger)
    """1 is the channel after the campaign's own."""
    channel: Mapped[str]
    template_id: Mapped[int] = mapped_column(ForeignKey("templates.id"))
    sender_id: Mapped[int] = mapped_column(ForeignKey("senders.id"))
    after_seconds: Mapped[int] = mapped_column(Integer)
    """How long the step before has, from its message on, to bring a sign of life or to come back."""
    silent: Mapped[bool] = mapped_column(server_default=text("true"))
    """Also where it brought no click, reply or delivery report; else only where it failed."""
    unread: Mapped[bool] = mapped_column(server_default=text("false"))
    """Of the silent only those who have not read it either."""
    content_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("origins.id", ondelete="SET NULL"))
    walked_up_to: Mapped[int] = mapped_column(server_default=text("0"))
    """Deliveries of the step before with ids up to here have been looked at in this round."""
    look_at: Mapped[datetime | None]
    """When the next round begins."""
    through_at: Mapped[datetime | None]
    """When a round found nobody who might still need it."""
