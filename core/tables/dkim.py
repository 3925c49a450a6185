"""Keys that sign letters, one row each; the private half is sealed."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from core.tables.base import Base, CreatedAt, Id, only
from core.vocabulary import DkimAlgorithm, DkimState


class DkimKey(Base):
    """It waits until its record is published, signs until another takes its place, and is then retired."""

    __tablename__ = "dkim_keys"
    __table_args__ = (
        UniqueConstraint("domain", "selector"),
        only("algorithm", DkimAlgorithm),
        Index(
            "uq_dkim_keys_signing",
            "domain",
            "algorithm",
            unique=True,
            postgresql_where=text("signs_since IS NOT NULL AND retired_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    domain: Mapped[str]
    """In ASCII and lower case."""
    selector: Mapped[str]
    algorithm: Mapped[str]
    sealed: Mapped[bytes]
    public: Mapped[str]
    """Base64, as the record's `p=` holds it."""
    created_by: Mapped[str]
    created_at: Mapped[CreatedAt]
    signs_since: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]

    @property
    def state(self) -> DkimState:
        if self.retired_at is not None:
            return DkimState.RETIRED
        return DkimState.WAITING if self.signs_since is None else DkimState.SIGNING
