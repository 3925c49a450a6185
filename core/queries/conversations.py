"""Reading conversations: who wrote, what was said, and for whom a message of an operator is meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, cast, exists, func, literal, null, or_, select, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.tables.campaigns import Campaign, Origin
from core.tables.contacts import Contact, Identity
from core.tables.conversations import Conversation, ConversationMessage, DeskMessage
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import DeliveryState, Direction, OriginKind, SuppressionList

LATELY_SENT = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.IN_DOUBT, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation as a list shows it; `words` are the last that were said."""

    identity_id: int
    contact_id: int | None
    channel: str
    address: str | None
    name: str
    language: str | None
    begun_at: datetime
    last_inbound_at: datetime
    blocked_at: datetime | None
    unanswered_since: datetime | None
    words: str | None
    opted_out: bool
    has_topic: bool
    """Whether the operators' group has a topic for it."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a thread. Of what we sent, `state` and `reason` are the delivery's."""

    direction: str
    kind: str
    text: str | None
    at: datetime
    written_by: str | None = None
    campaign: str | None = None
    """By name: the campaign that was sent, or that the customer replied to."""
    campaign_id: int | None = None
    state: str | None = None
    reason: str | None = None
    id: int = 0
    media: Sequence[Mapping[str, str]] = ()


def get(session: Session, identity_id: int) -> Talk:
    """Raise NotFound (`conversation.not_found`) if there is none."""
    row = session.execute(_talks().where(Conversation.identity_id == identity_id)).one_or_none()
    if row is None:
        raise NotFound("conversation.not_found", id=identity_id)
    return Talk(*row)


def page(
    session: Session,
    *,
    limit: int,
    before: datetime | None = None,
    unanswered: bool = False,
    campaign_id: int | None = None,
) -> list[Talk]:
    """The latest first; `before` is the time of the last one of the page before."""
    statement = _talks().order_by(Conversation.last_inbound_at.desc(), Conversation.identity_id).limit(limit)
    if before is not None:
        statement = statement.where(Conversation.last_inbound_at < before)
    if unanswered:
        statement = statement.where(Conversation.unanswered_since.is_not(None))
    if campaign_id is not None:
        statement = statement.where(_replied_to(campaign_id))
    return [Talk(*row) for row in session.execute(statement)]


def count_replied(session: Session, campaign_id: int) -> int:
    """How many customers answered that campaign in words."""
    return session.scalar(select(func.count(Conversation.identity_id)).where(_replied_to(campaign_id))) or 0


def count_unanswered(session: Session) -> int:
    return session.scalar(select(func.count()).where(Conversation.unanswered_since.is_not(None))) or 0


def thread(session: Session, identity_id: int, *, limit: int = 200) -> list[Said]:
    """The last messages, oldest first: what the customer wrote, what was answered, and what campaigns sent."""
    latest = union_all(_written(identity_id, limit), _campaigns(identity_id, limit)).subquery()
    statement = select(latest).order_by(latest.c.at.desc(), latest.c.rank.desc()).limit(limit)
    return [Said(*row) for row in reversed(session.execute(statement).all())]


def identity(session: Session, channel: str, address_key: bytes) -> Identity | None:
    """The present one that has this address and belongs to a contact."""
    statement = (
        select(Identity)
        .where(Identity.channel == channel, Identity.address_key == address_key)
        .where(Identity.ended_at.is_(None), Identity.contact_id.is_not(None))
    )
    return session.scalar(statement.order_by(Identity.id).limit(1).with_for_update())


def last_delivery(session: Session, identity_id: int, since: datetime) -> int | None:
    """What a message of this identity may be a reply to: the last campaign message that it got since then."""
    statement = (
        select(Delivery.id)
        .join(Identity, Identity.contact_id == Delivery.contact_id)
        .join(Origin, Origin.id == Delivery.origin_id)
        .where(Identity.id == identity_id, Delivery.identity_id == identity_id)
        .where(Origin.kind == OriginKind.CAMPAIGN, Delivery.state.in_(LATELY_SENT), Delivery.created_at > since)
    )
    return session.scalar(statement.order_by(Delivery.id.desc()).limit(1))


def media(session: Session, identity_id: int, message_id: int, place: int) -> Mapping[str, str] | None:
    """One of the pictures and files of a message in that conversation."""
    here = (ConversationMessage.id == message_id, ConversationMessage.identity_id == identity_id)
    kept = session.scalar(select(ConversationMessage.media).where(*here)) or []
    return kept[place] if 0 <= place < len(kept) else None


def meant_by(session: Session, chat_id: int, message_id: int) -> int | None:
    """For whom a reply to this message in an operator's chat is meant."""
    kept = session.get(DeskMessage, (chat_id, message_id))
    return kept.identity_id if kept else None


def _talks() -> Select[int, int, str, str, str, str, datetime, datetime, datetime, datetime, str, bool, bool]:
    words = (
        select(ConversationMessage.text)
        .where(ConversationMessage.identity_id == Conversation.identity_id)
        .order_by(ConversationMessage.id.desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
    return (
        select(
            Conversation.identity_id,
            Identity.contact_id,
            Identity.channel,
            Identity.address,
            func.concat_ws(" ", Contact.first_name, Contact.last_name),
            Contact.language,
            Conversation.begun_at,
            Conversation.last_inbound_at,
            Conversation.blocked_at,
            Conversation.unanswered_since,
            words,
            _opted_out(),
            Conversation.desk_topic_id.is_not(None),
        )
        .join(Identity, Identity.id == Conversation.identity_id)
        .outerjoin(Contact, Contact.id == Identity.contact_id)
    )


def _opted_out() -> ColumnElement[bool]:
    return exists().where(
        Suppression.list == SuppressionList.UNSUBSCRIBED,
        Suppression.topic.is_(None),
        Suppression.released_at.is_(None),
        Suppression.address_key == Identity.address_key,
        or_(Suppression.channel.is_(None), Suppression.channel == Identity.channel),
    )


def _replied_to(campaign_id: int) -> ColumnElement[bool]:
    return exists().where(
        ConversationMessage.identity_id == Conversation.identity_id,
        ConversationMessage.direction == Direction.IN,
        Delivery.id == ConversationMessage.delivery_id,
        Origin.id == Delivery.origin_id,
        Origin.campaign_id == campaign_id,
    )


def _written(identity_id: int, limit: int) -> Select[*tuple[object, ...]]:
    """Of an answer the state is its delivery's; of what a customer wrote, the campaign is what they replied to."""
    message, answer = ConversationMessage, ConversationMessage.direction == Direction.OUT
    of_campaign = and_(Campaign.id == Origin.campaign_id, ~answer)
    return (
        select(
            message.direction,
            message.kind,
            message.text,
            message.at.label("at"),
            message.written_by,
            Campaign.name,
            Campaign.id,
            case((answer, Delivery.state)),
            case((answer, Delivery.reason)),
            message.id.label("rank"),
            message.media,
        )
        .outerjoin(Delivery, Delivery.id == message.delivery_id)
        .outerjoin(Origin, Origin.id == Delivery.origin_id)
        .outerjoin(Campaign, of_campaign)
        .where(message.identity_id == identity_id)
        .order_by(message.id.desc())
        .limit(limit)
    )


def _campaigns(identity_id: int, limit: int) -> Select[*tuple[object, ...]]:
    owner = select(Identity.contact_id).where(Identity.id == identity_id).scalar_subquery()
    return (
        select(
            literal(Direction.OUT.value),
            literal("campaign"),
            null(),
            func.coalesce(Delivery.settled_at, Delivery.created_at),
            null(),
            Campaign.name,
            Campaign.id,
            Delivery.state,
            Delivery.reason,
            literal(0),
            cast(literal([]), JSONB),
        )
        .join(Origin, Origin.id == Delivery.origin_id)
        .join(Campaign, Campaign.id == Origin.campaign_id)
        .where(Delivery.contact_id == owner, Delivery.identity_id == identity_id)
        .where(Origin.kind == OriginKind.CAMPAIGN, Delivery.attempt > 0)
        .order_by(Delivery.id.desc())
        .limit(limit)
    )
