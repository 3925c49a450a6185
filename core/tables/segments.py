"""Segments: who is meant, by a list or by an expression."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id, only
from core.vocabulary import SegmentKind


class Segment(Base):
    """A named set of contacts; `expression` is the tree of a dynamic one, null in a static one."""

    __tablename__ = "segments"
    __table_args__ = (only("kind", SegmentKind),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    expression: Mapped[dict[str, Any] | None]
    created_by: Mapped[str]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[CreatedAt]
    archived_at: Mapped[datetime | None]


class SegmentMember(Base):
    """A contact in a static segment. Removal keeps the row, so that a launched audience stays what it was."""

    __tablename__ = "segment_members"
    __table_args__ = (Index("ix_segment_members_contact_id", "contact_id"),)

    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    added_at: Mapped[CreatedAt]
    removed_at: Mapped[datetime | None]


class Reach(Base):
    """How many of a segment can be reached on each channel, and why not the others, at one revision."""

    __tablename__ = "segment_reach"

    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int]
    count: Mapped[int]
    table: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """Channel → reason or `reachable` → number of contacts."""
    computed_at: Mapped[CreatedAt]
