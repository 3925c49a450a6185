"""Mail servers of a sender's own: its letters go by these, and by no other."""

from sqlalchemy import ForeignKey, Integer, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id, only
from core.vocabulary import Tls


class RelayRow(Base):
    """Where to connect and how; the password is sealed, and bound to the server that it is for."""

    __tablename__ = "relays"
    __table_args__ = (UniqueConstraint("sender_id", "host", "port"), only("tls", Tls))

    id: Mapped[Id]
    sender_id: Mapped[int] = mapped_column(ForeignKey("senders.id", ondelete="CASCADE"))
    host: Mapped[str]
    port: Mapped[int] = mapped_column(Integer)
    tls: Mapped[str]
    user_name: Mapped[str | None]
    sealed: Mapped[bytes | None]
    weight: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    """Its share among the sender's; 0 stands by until all others fail."""
    created_by: Mapped[str]
    created_at: Mapped[CreatedAt]
