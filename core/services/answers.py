"""What operators answer to a customer: a delivery like any other, sent at once, and kept in the conversation."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Invalid, Refused
from core.queries import conversations as queries
from core.services import audit, conversations, replying
from core.tables.contacts import Identity
from core.tables.conversations import ConversationMessage
from core.vocabulary import Direction

LONGEST = 4000
"""As Telegram counts, in UTF-16: an emoji is two."""
KIND = "answer"


def answer(session: Session, identity_id: int, text: str, *, by: str, now: datetime, in_topic: bool = False) -> int:
    """Hand an operator's words to the channel that the customer wrote on; the id of the delivery.

    Whoever reads along in the customer's topic is shown them too, unless they were written there (`in_topic`).

    Raises NotFound (`conversation.not_found`), Invalid (`answer.empty`, `answer.too_long`), or Refused
    (`answer.blocked`) if the customer has blocked us, or (`answer.no_sender`) if nothing can be sent from.
    """
    text = text.strip()
    if not text:
        raise Invalid("answer.empty", where="text")
    if len(text.encode("utf-16-le")) // 2 > LONGEST:
        raise Invalid("answer.too_long", where="text", most=LONGEST)
    talk = queries.get(session, identity_id)
    if talk.blocked_at is not None:
        raise Refused("answer.blocked", name=talk.name)
    identity = session.get_one(Identity, identity_id)
    way = replying.find_way(session, identity, now)
    delivery = replying.hand_over(session, identity, way, text, kind=KIND, language="en")
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
    return delivery.id
