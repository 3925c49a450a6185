"""Templates that people edit; what is sent is a frozen content made from one."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id, only
from core.vocabulary import TemplateKind


class Template(Base):
    """A letter in the closed template language; `text` is null as long as it is made from `source`."""

    __tablename__ = "templates"
    __table_args__ = (only("kind", TemplateKind),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="en")
    subject: Mapped[str]
    source: Mapped[str]
    text: Mapped[str | None]
    extras: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    """What a short message has beside its text: buttons, a picture, the name of a provider's template."""
    attachments: Mapped[list[Any]] = mapped_column(server_default=sa.text("'[]'"))
    """Ids of the files that go with it, in order."""
    content_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contents.id"))
    """The letter as it was compiled when last saved: what a launch freezes."""
    version: Mapped[int] = mapped_column(Integer, server_default=sa.text("1"))
    """Rises with every change: two editors cannot overwrite each other unseen."""
    created_by: Mapped[str]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[CreatedAt]
    archived_at: Mapped[datetime | None]
