"""Attempts that went wrong; an accepted first attempt is written into its delivery and nowhere else."""

from sqlalchemy import ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id


class Attempt(Base):
    __tablename__ = "attempts"
    __table_args__ = (
        Index("ix_attempts_refused", "at", postgresql_where=text("outcome = 'refused'")),
        Index("ix_attempts_at", "at", postgresql_using="brin"),
    )

    id: Mapped[Id]
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(SmallInteger)
    outcome: Mapped[str]
    """`refused`, `deferred`, `unsent`, `unknown`, or `accepted` after one of those."""
    bounce: Mapped[str | None]
    said: Mapped[str | None]
    at: Mapped[CreatedAt]
