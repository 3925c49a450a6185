"""Opens and clicks of campaigns that count without knowing whom."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt


class Tally(Base):
    __tablename__ = "tallies"

    origin_id: Mapped[int] = mapped_column(ForeignKey("origins.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """0 for an open."""
    actor: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class CountedGroup(Base):
    """A group of them that was counted, remembered with its counts: the answer to its commit may have been lost."""

    __tablename__ = "counted_groups"

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[CreatedAt]
