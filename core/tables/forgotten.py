"""What events of opens and clicks said in sum, kept when the events themselves are deleted."""

from sqlalchemy import ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, Id


class ForgottenEvents(Base):
    """For one origin: so many events of a kind, by such an actor, on such a link, of so many recipients."""

    __tablename__ = "forgotten_events"
    __table_args__ = (Index("ix_forgotten_events_origin_id", "origin_id"),)

    id: Mapped[Id]
    origin_id: Mapped[int] = mapped_column(ForeignKey("origins.id", ondelete="CASCADE"))
    kind: Mapped[str]
    actor: Mapped[str]
    link_id: Mapped[int | None]
    events: Mapped[int] = mapped_column(Integer)
    recipients: Mapped[int] = mapped_column(Integer)
