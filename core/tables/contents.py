"""Frozen letters: one immutable row a variant, and the targets of its links."""

from sqlalchemy import ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id


class ContentRow(Base):
    """What is sent: source as it was, and the pieces compiled from it (links already numbered by their rows)."""

    __tablename__ = "contents"

    id: Mapped[Id]
    template_id: Mapped[int | None] = mapped_column(ForeignKey("templates.id", ondelete="SET NULL"))
    kind: Mapped[str]
    language: Mapped[str]
    source: Mapped[str]
    subject: Mapped[str]
    html: Mapped[str | None]
    text: Mapped[str | None]
    hash: Mapped[bytes]
    """SHA-256 over kind, subject, source and text: a confirmation is bound to it."""
    created_at: Mapped[CreatedAt]


class Link(Base):
    """A tracked target. It may hold variables, which are filled in for the recipient who clicks."""

    __tablename__ = "links"
    __table_args__ = (UniqueConstraint("content_id", "position"),)

    id: Mapped[Id]
    content_id: Mapped[int] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    url: Mapped[str]
