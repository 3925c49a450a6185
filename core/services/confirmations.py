"""Answers to HELP, STOP and START on channels that report by webhook: one message each, with its own record."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Refused
from core.queries import keywords
from core.queries import replying as queries
from core.rules import confirming
from core.rules.keywords import Keyword
from core.services import replying
from core.tables.contacts import Contact, Identity
from core.tables.conversations import ConversationMessage
from core.vocabulary import Direction


def confirm(session: Session, identity: Identity, meant: Keyword, text: str, now: datetime) -> None:
    """Answer the keyword that was written, unless the carrier does; where there is no sender, nothing is sent.

    STOP is confirmed once until they have opted in again: two machines must not answer each other for ever.
    """
    kind = f"keyword:{meant.value}"
    if keywords.left_to_carrier(session, identity.channel, meant, text):
        return
    if meant is Keyword.STOP and queries.was_told(session, identity, kind):
        return
    try:
        way = replying.find_way(session, identity, now)
    except Refused:
        return
    contact = session.get(Contact, identity.contact_id)
    tongues = (contact.language if contact else None, confirming.tongue(text))
    language, words = keywords.answer(session, meant, tongues, queries.name(session, way))
    delivery = replying.hand_over(session, identity, way, words, kind=kind, language=language)
    session.add(
        ConversationMessage(
            identity_id=identity.id,
            direction=Direction.OUT,
            kind="text",
            text=words,
            delivery_id=delivery.id,
            written_by="system",
            at=now,
        )
    )
