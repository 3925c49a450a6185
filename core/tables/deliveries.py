"""The ledger: one row for every message that leaves, or that was chosen and does not."""

from datetime import date, datetime

from sqlalchemy import ARRAY, BigInteger, Date, ForeignKey, Index, Integer, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.tables.base import Base, CreatedAt, Id, only
from core.vocabulary import DeliveryState


class Delivery(Base):
    """One recipient's message and where it stands.

    A fresh delivery has no `due_at` and is claimed by walking the ids of its origin; only one that waits for its
    own time (consent, quiet hours, retry) has one. So the usual way through claim, mark and record changes no
    indexed column, and every update stays in its page (PostgreSQL's heap-only tuples). A third of a page is filled:
    claim and mark find room while the version before them may still be seen by somebody, as by the next claim.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        only("state", DeliveryState),
        UniqueConstraint("origin_id", "contact_id", "step"),
        UniqueConstraint("origin_id", "channel", "address_key"),
        Index("ix_deliveries_origin_id_id", "origin_id", "id"),
        Index("ix_deliveries_due_at", "origin_id", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_deliveries_contact_id", "contact_id"),
        {"postgresql_with": {"fillfactor": "33"}},
    )

    id: Mapped[Id]
    origin_id: Mapped[int] = mapped_column(ForeignKey("origins.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None]
    """Null in a test to an address that is no contact's."""
    identity_id: Mapped[int | None]
    content_id: Mapped[int | None]
    created_at: Mapped[CreatedAt]
    due_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    """When the provider answered for the last time."""
    generation: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """Rises with every claim: what an older holder of the row says about its state is ignored."""
    step: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    attempt: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    channel: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=DeliveryState.PENDING)
    reason: Mapped[str | None]
    address_key: Mapped[bytes | None]
    """Null in a row that was skipped when prepared."""
    said: Mapped[str | None]
    """The provider's last words, or its id of the message."""


class Batch(Base):
    """Deliveries that one worker has claimed together; the row goes when the last of them is settled.

    The lease stands here and not on the deliveries: renewing it is one update, and what a dead worker leaves is
    found without looking at a million rows. `lease_until` is on PostgreSQL's own clock.
    """

    __tablename__ = "batches"

    id: Mapped[Id]
    origin_id: Mapped[int] = mapped_column(ForeignKey("origins.id", ondelete="CASCADE"), index=True)
    holder: Mapped[str]
    lease_until: Mapped[datetime]
    delivery_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    day: Mapped[date | None] = mapped_column(Date)
    """Whose slots it holds; null where the channel has no daily limit."""
