"""Frozen letters: one immutable row a variant, and the targets of its links."""

from typing import Any

from sqlalchemy import ForeignKey, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id


class ContentRow(Base):
    """What is sent: source as it was, and the pieces compiled from it (links already numbered by their rows)."""

    __tablename__ = "contents"

    id: Mapped[Id]
    kind: Mapped[str]
    language: Mapped[str]
    source: Mapped[str]
    subject: Mapped[str]
    html: Mapped[str | None]
    plain: Mapped[str | None] = mapped_column("text")
    extras: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """What a short message has beside its text, its links numbered like those of the text."""
    attachments: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """Ids of the files that go with it, which are as immutable as itself."""
    required: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """Names of the variables without a fallback: a recipient without one of them cannot be written to."""
    hash: Mapped[bytes]
    """SHA-256 over kind, subject, source, text, extras and attachments: a confirmation is bound to it."""
    created_at: Mapped[CreatedAt]


class Link(Base):
    """A tracked target. It may hold variables, which are filled in for the recipient who clicks."""

    __tablename__ = "links"
    __table_args__ = (UniqueConstraint("content_id", "position"),)

    id: Mapped[Id]
    content_id: Mapped[int] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    url: Mapped[str]
