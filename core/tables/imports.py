"""Imported files: what was uploaded, how far it is, and each row that was refused."""

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id, only
from core.vocabulary import ImportKind, ImportState


class Import(Base):
    """One uploaded file. `mapping` says what each column means; the counts are those of the last check or run."""

    __tablename__ = "imports"
    __table_args__ = (only("state", ImportState), only("kind", ImportKind))

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(server_default=ImportKind.CONTACTS)
    filename: Mapped[str]
    path: Mapped[str | None]
    """Below the data directory; null once the file has been deleted."""
    state: Mapped[str] = mapped_column(server_default=ImportState.UPLOADED)
    mapping: Mapped[dict[str, Any] | None]
    usual: Mapped[dict[str, Any] | None]
    """What is meant where a row does not say it, by the names of the fields."""
    columns: Mapped[list[Any] | None]
    """The header, kept for the refused rows when the file is gone."""
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id", ondelete="SET NULL"))
    progress: Mapped[float] = mapped_column(Float, server_default=text("0"))
    rows: Mapped[int] = mapped_column(server_default=text("0"))
    added: Mapped[int] = mapped_column(server_default=text("0"))
    updated: Mapped[int] = mapped_column(server_default=text("0"))
    unchanged: Mapped[int] = mapped_column(server_default=text("0"))
    refused: Mapped[int] = mapped_column(server_default=text("0"))
    problem: Mapped[dict[str, Any] | None]
    """Code and parameters of what made the whole import fail."""
    cancel_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    created_by: Mapped[str]
    created_at: Mapped[CreatedAt]
    finished_at: Mapped[datetime | None]


class ImportRefusal(Base):
    """A row that was refused, as it stood in the file, with its number as a spreadsheet shows it."""

    __tablename__ = "import_refusals"

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    cells: Mapped[list[Any]]
