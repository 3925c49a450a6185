"""Files that go with letters."""

from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id


class AttachmentRow(Base):
    """Never changed: letters that are frozen name it by its id."""

    __tablename__ = "attachments"

    id: Mapped[Id]
    name: Mapped[str]
    kind: Mapped[str]
    """Its media type (RFC 6838)."""
    size: Mapped[int]
    token: Mapped[str | None] = mapped_column(unique=True)
    """Under which it is served to a messenger's provider; null: it goes with letters."""
    body: Mapped[bytes] = mapped_column(deferred=True)
    added_by: Mapped[str]
    added_at: Mapped[CreatedAt]
