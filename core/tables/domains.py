"""What is known of the domains that letters come from."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base


class DomainCheck(Base):
    """The last check of a domain. `findings` hold what core.messages.Finding does, in order."""

    __tablename__ = "domain_checks"

    domain: Mapped[str] = mapped_column(primary_key=True)
    findings: Mapped[list[Any]]
    ready: Mapped[bool]
    checked_at: Mapped[datetime]
