"""What campaigns that have ended came to."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base


class KeptResult(Base):
    """The count of a campaign's deliveries, as long as neither its end nor the revision of its results has moved."""

    __tablename__ = "kept_results"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    finished_at: Mapped[datetime]
    """Another one if the campaign went on after it was counted."""
    revision: Mapped[int]
    counts: Mapped[list[Any]]
    """Lists of the fields of `core.queries.results.Result`, times as ISO 8601."""
