"""Customers' side of a conversation: what they write is kept, tied to a contact, and heeded where it is a wish."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.messages import Event
from core.queries import conversations as queries
from core.queries import revisions
from core.rules.addresses import address_key
from core.services import hearing, recording, wishes
from core.services.consent import Wording
from core.services.hearing import Heard, Person, Words
from core.tables.contacts import Identity
from core.tables.conversations import Conversation
from core.vocabulary import EventKind


def hear(session: Session, person: Person, words: Words, *, key: bytes) -> Heard:
    """Keep what a customer wrote; whoever is not known becomes a contact by it, and a block is lifted.

    That somebody writes is no consent to anything, and takes back no withdrawal.
    """
    identity = known(session, person, key=key)
    delivery_id = hearing.replied_to(session, identity.id, words.at)
    heard = hearing.keep(session, identity, words, delivery_id)
    _record(session, EventKind.STARTED if words.kind == "start" else EventKind.REPLIED, person, words, delivery_id)
    return heard


def opt_out(session: Session, identity_id: int, wording: Wording, now: datetime, *, key: str) -> None:
    """No marketing on this channel any more; other channels stay as they are, and so do answers to questions.

    It counts among the figures of the campaign that they got last. `key` is the provider's id of what they said.
    """
    identity = session.get_one(Identity, identity_id, with_for_update=True)
    delivery_id = hearing.replied_to(session, identity_id, now)
    if delivery_id is not None:
        details = {"way": wording.way}
        kind, provider = EventKind.UNSUBSCRIBED, f"{identity.channel}:wish"
        recording.record(session, [Event(kind, provider, key, now, delivery_id=delivery_id, details=details)])
    wishes.leave(session, identity, wording, now, delivery_id=delivery_id)


def set_blocked(session: Session, person: Person, *, blocked: bool, update_key: str, at: datetime, key: bytes) -> None:
    """They have blocked us, or unblocked: nothing is sent until that is lifted; an unsubscribe stays either way."""
    identity = queries.identity(session, person.channel, address_key(key, person.channel, person.address))
    if identity is None:
        return
    blocked_at = at if blocked else None
    session.execute(update(Conversation).where(Conversation.identity_id == identity.id).values(blocked_at=blocked_at))
    kind = EventKind.BLOCKED if blocked else EventKind.UNBLOCKED
    _record(session, kind, person, Words(kind.value, None, update_key, at), None)
    revisions.move(session)


def known(session: Session, person: Person, *, key: bytes) -> Identity:
    """Their identity, locked; whoever has none gets one, and a contact."""
    return hearing.known(session, person, address_key(key, person.channel, person.address))


def answered(session: Session, identity_id: int) -> None:
    """Nobody waits for an answer here any more."""
    statement = update(Conversation).where(Conversation.identity_id == identity_id)
    session.execute(statement.values(unanswered_since=None))


def _record(session: Session, kind: EventKind, person: Person, words: Words, delivery_id: int | None) -> None:
    provider = f"{person.channel}:inbound"
    recording.record(session, [Event(kind, provider, words.key, words.at, delivery_id=delivery_id)])
