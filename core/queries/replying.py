"""Which way an answer goes out: from the number that the customer wrote to, else from a sender of the channel."""

from dataclasses import dataclass

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from core.rules.contacts.cells import PHONED
from core.tables.campaigns import Origin, SenderRow
from core.tables.consent import Consent
from core.tables.contacts import Identity
from core.tables.contents import ContentRow
from core.tables.conversations import Conversation
from core.tables.deliveries import Delivery


@dataclass(frozen=True, slots=True)
class Way:
    """`number` is ours that was written to; without a sender it is the channel's own, such as its one bot."""

    sender_id: int | None = None
    number: str | None = None


def way(session: Session, identity: Identity, replied_to: int | None) -> Way | None:
    """None where messages need a sender and there is none; `replied_to` is the delivery that they may reply to."""
    if identity.channel not in PHONED:
        return Way()
    number = session.scalar(select(Conversation.written_to).where(Conversation.identity_id == identity.id))
    sender_id = _sender(session, identity.channel, number, replied_to)
    return None if sender_id is None and number is None else Way(sender_id, number)


def name(session: Session, way: Way) -> str:
    """By which they know who writes: the sender's name, else the number itself."""
    sender = None if way.sender_id is None else session.get(SenderRow, way.sender_id)
    return sender.name if sender else way.number or ""


def usual_name(session: Session, channel: str) -> str:
    """Of who answers on the channel where nothing else is known."""
    return name(session, Way(_sender(session, channel, None, None)))


def was_told(session: Session, identity: Identity, kind: str) -> bool:
    """Whether an answer of that kind went to them already since they last opted in on the channel."""
    came_back = (
        select(func.max(Consent.at))
        .where(Consent.contact_id == identity.contact_id, Consent.channel == identity.channel, Consent.given)
        .scalar_subquery()
    )
    told = (
        select(Delivery.id)
        .join(ContentRow, ContentRow.id == Delivery.content_id)
        .where(Delivery.contact_id == identity.contact_id, Delivery.identity_id == identity.id)
        .where(ContentRow.kind == kind, or_(came_back.is_(None), Delivery.created_at > came_back))
    )
    return session.scalar(told.limit(1)) is not None


def _sender(session: Session, channel: str, number: str | None, replied_to: int | None) -> int | None:
    """The one that has the number, else the one that wrote last, else the channel's first."""
    wrote = select(Origin.sender_id).join(Delivery, Delivery.origin_id == Origin.id).where(Delivery.id == replied_to)
    has_it = or_(SenderRow.address == number, SenderRow.pool.contains([number]))
    nearness = case((has_it, 0), (SenderRow.id == wrote.scalar_subquery(), 1), else_=2)
    usable = (SenderRow.channel == channel, SenderRow.archived_at.is_(None))
    return session.scalar(select(SenderRow.id).where(*usable).order_by(nearness, SenderRow.id).limit(1))
