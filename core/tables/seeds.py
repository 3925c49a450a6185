"""Seed addresses: mailboxes and numbers of our own that get a copy of every campaign on their channel."""

from sqlalchemy import UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id


class Seed(Base):
    """An address as it is written to; whose values its copy is filled with is decided at each launch."""

    __tablename__ = "seeds"
    __table_args__ = (UniqueConstraint("channel", "address_key"),)

    id: Mapped[Id]
    channel: Mapped[str]
    address: Mapped[str]
    address_key: Mapped[bytes]
    note: Mapped[str] = mapped_column(server_default=text("''"))
    """Whose it is, for those who look at the list."""
    as_recipient: Mapped[bool] = mapped_column(server_default=text("true"))
    """Whether the copy shows one recipient's values, where the address is no contact's; else the fallbacks."""
    added_by: Mapped[str]
    added_at: Mapped[CreatedAt]
