"""Topics of interest: what a campaign is about, and what a customer may want nothing more of."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt


class Topic(Base):
    """The key stays for ever, as entries on the lists and consents speak of it; what people read may change."""

    __tablename__ = "topics"

    key: Mapped[str] = mapped_column(primary_key=True)
    name_en: Mapped[str]
    name_de: Mapped[str]
    created_at: Mapped[CreatedAt]
    archived_at: Mapped[datetime | None]
    """Since when it is offered to nobody any more; what was said of it still holds."""

    def named(self, language: str) -> str:
        return self.name_de if language == "de" else self.name_en
