"""Who stands behind a launch that one person alone may not make."""

from sqlalchemy import ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id


class Approval(Base):
    """One person's, of exactly this content and audience: a change makes another `bound`, which nobody has approved."""

    __tablename__ = "approvals"
    __table_args__ = (UniqueConstraint("campaign_id", "bound", "operator_id"),)

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    bound: Mapped[str] = mapped_column(Text)
    """The confirmation without its number."""
    chosen: Mapped[int] = mapped_column(Integer)
    """How many recipients were shown."""
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    at: Mapped[CreatedAt]
