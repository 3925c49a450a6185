"""Leases: one flight of a job at a time, whatever Redis or a supervisor believes."""

from sqlalchemy import Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, Instant


class Lease(Base):
    """Held by `holder` until `expires_at` on PostgreSQL's own clock; each new holder gets a new generation."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    generation: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    expires_at: Mapped[Instant]
