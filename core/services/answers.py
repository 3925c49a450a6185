"""What operators answer to a customer: a delivery like any other, sent at once, and kept in the conversation."""

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Invalid, Refused
from core.queries import conversations as queries
from core.queries.bell import ring
from core.rules.templates.quoting import quoted
from core.services import audit, conversations
from core.tables.campaigns import Origin
from core.tables.contacts import Identity
from core.tables.contents import ContentRow
from core.tables.conversations import ConversationMessage
from core.tables.deliveries import Delivery
from core.vocabulary import Direction, OriginKind, Purpose

LONGEST = 4000
"""As Telegram counts, in UTF-16: an emoji is two."""
KIND = "answer"


def answer(session: Session, identity_id: int, text: str, *, by: str, now: datetime, in_topic: bool = False) -> int:
    """Hand an operator's words to the channel that the customer wrote on; the id of the delivery.

    Whoever reads along in the customer's topic is shown them too, unless they were written there (`in_topic`).

    Raises NotFound (`conversation.not_found`), Invalid (`answer.empty`, `answer.too_long`), or Refused
    (`answer.blocked`) if the customer has blocked us.
    """
    text = text.strip()
    if not text:
        raise Invalid("answer.empty", where="text")
    if len(text.encode("utf-16-le")) // 2 > LONGEST:
        raise Invalid("answer.too_long", where="text", most=LONGEST)
    talk = queries.get(session, identity_id)
    if talk.blocked_at is not None:
        raise Refused("answer.blocked", name=talk.name)
    delivery = _delivery(session, session.get_one(Identity, identity_id), text)
    session.add(
        ConversationMessage(
            identity_id=identity_id,
            direction=Direction.OUT,
            kind="text",
            text=text,
            delivery_id=delivery.id,
            written_by=by,
            for_desk=talk.has_topic and not in_topic,
            at=now,
        )
    )
    conversations.answered(session, identity_id)
    audit.note(session, by, "answer", f"contact:{talk.contact_id}", delivery=delivery.id)
    ring(session)
    return delivery.id


def _delivery(session: Session, identity: Identity, text: str) -> Delivery:
    """An origin of its own, so that each answer is claimed by itself and never behind a campaign."""
    origin = Origin(kind=OriginKind.REPLY, channel=identity.channel, purpose=Purpose.REPLY)
    source = quoted(text)
    digest = hashlib.sha256(f"{KIND}\0{source}".encode()).digest()
    content = ContentRow(kind=KIND, language="en", source=source, subject="", plain=source, hash=digest)
    session.add_all([origin, content])
    session.flush()
    delivery = Delivery(
        origin_id=origin.id,
        contact_id=identity.contact_id,
        identity_id=identity.id,
        content_id=content.id,
        channel=identity.channel,
        address_key=identity.address_key,
    )
    session.add(delivery)
    session.flush()
    return delivery
