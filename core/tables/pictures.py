"""Pictures for letters, as they are served to whoever reads one."""

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id


class PictureRow(Base):
    """Never changed: letters that have left go on showing it. Its name cannot be guessed."""

    __tablename__ = "pictures"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    """Random, with the ending that says its kind."""
    body: Mapped[bytes]
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    added_by: Mapped[str]
    added_at: Mapped[CreatedAt]
