"""Which addresses a sender has to be told of: those that came back for good since the last digest."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.tables.campaigns import Origin, SenderRow
from core.tables.contacts import Identity
from core.tables.contents import ContentRow
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import CHANNEL_EMAIL, OriginKind, Purpose, SuppressionList

SOURCES = ("bounce", "bounces")
KIND = "digest"
"""Of a content: its text is emptied once it has been sent, for it names people."""


def last(session: Session, sender_id: int) -> datetime | None:
    mine = (Origin.kind == OriginKind.SERVICE, Origin.sender_id == sender_id, Origin.campaign_id.is_(None))
    return session.scalar(select(func.max(Origin.created_at)).where(*mine))


def dead_since(session: Session, sender_id: int, since: datetime, most: int) -> tuple[list[str], int]:
    """The first of the addresses, and how many there are; released ones and those of the erased are left out."""
    of_sender = (Origin.sender_id == sender_id, Origin.purpose != Purpose.SERVICE)
    fresh = (Suppression.source.in_(SOURCES), Suppression.added_at > since, Suppression.released_at.is_(None))
    statement = (
        select(func.min(Identity.address), func.count().over())
        .select_from(Suppression)
        .join(Delivery, Delivery.id == Suppression.delivery_id)
        .join(Origin, Origin.id == Delivery.origin_id)
        .join(Identity, Identity.id == Delivery.identity_id)
        .where(Suppression.list == SuppressionList.GENERAL, Suppression.channel == CHANNEL_EMAIL)
        .where(*of_sender, *fresh, Identity.address.is_not(None))
        .group_by(Suppression.address_key)
        .order_by(func.min(Suppression.id))
        .limit(most)
    )
    rows = session.execute(statement).all()
    return [str(row[0]) for row in rows], rows[0][1] if rows else 0


def free_sender(session: Session, sender_id: int) -> SenderRow | None:
    """The sender, locked; None while somebody else is at it."""
    return session.scalar(select(SenderRow).where(SenderRow.id == sender_id).with_for_update(skip_locked=True))


def senders(session: Session) -> Sequence[int]:
    in_use = (SenderRow.channel == CHANNEL_EMAIL, SenderRow.archived_at.is_(None))
    return session.scalars(select(SenderRow.id).where(*in_use).order_by(SenderRow.id)).all()


def empty_sent(session: Session) -> None:
    """Digests that have left say nothing any more: who is named in them may ask to be forgotten."""
    sent = select(Delivery.content_id).join(Origin, Origin.id == Delivery.origin_id)
    sent = sent.where(Origin.kind == OriginKind.SERVICE, Origin.open.is_(False), Origin.campaign_id.is_(None))
    old = (ContentRow.id.in_(sent), ContentRow.kind == "text", ContentRow.extras["of"].astext == KIND)
    session.execute(update(ContentRow).where(*old, ContentRow.source != "").values(source="", plain=""))
