"""Customers' side of a conversation: what they write is kept, tied to a contact, and heeded where it is a wish."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.messages import Event
from core.queries import conversations as queries
from core.queries import revisions
from core.rules.addresses import address_key
from core.services import recording
from core.tables.contacts import Contact, Identity
from core.tables.conversations import Conversation, ConversationMessage
from core.vocabulary import Direction, EventKind

REPLY_DAYS = 30
"""For so long what a customer writes counts as a reply to the last campaign message that they got."""
LONGEST_TEXT = 16_000


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote, as their provider names them. `address` is the provider's own id of them, which never changes."""

    channel: str
    address: str
    first_name: str | None = None
    last_name: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What came. `key` is the provider's id of it: it may come twice."""

    kind: str
    text: str | None
    key: str
    at: datetime
    for_operators: bool = True
    """Whether somebody should answer; a press of a button and a keyword are answered by themselves."""


@dataclass(frozen=True, slots=True)
class Heard:
    identity_id: int
    contact_id: int
    begun: bool
    """Whether the conversation began with this."""
    delivery_id: int | None
    """The campaign's message that it counts as a reply to."""


def hear(session: Session, person: Person, words: Words, *, key: bytes) -> Heard:
    """Keep what a customer wrote; whoever is not known becomes a contact by it, and a block is lifted.

    That somebody writes is no consent to anything, and takes back no withdrawal.
    """
    identity = known(session, person, key=key)
    begun = _touched(session, identity.id, words)
    delivery_id = queries.last_delivery(session, identity.id, words.at - timedelta(days=REPLY_DAYS))
    session.add(
        ConversationMessage(
            identity_id=identity.id,
            direction=Direction.IN,
            kind=words.kind,
            text=words.text[:LONGEST_TEXT] if words.text else None,
            delivery_id=delivery_id,
            at=words.at,
        )
    )
    _record(session, EventKind.STARTED if words.kind == "start" else EventKind.REPLIED, person, words, delivery_id)
    if begun:
        revisions.move(session)
    assert identity.contact_id is not None
    return Heard(identity.id, identity.contact_id, begun, delivery_id)


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
    """Their identity, locked; whoever has none gets one, and a contact, from what the provider says of them."""
    hashed = address_key(key, person.channel, person.address)
    # Two first messages at once: the second waits here until the first has made the contact.
    session.execute(func.pg_advisory_xact_lock(int.from_bytes(hashed[:8], "big", signed=True)).select())
    identity = queries.identity(session, person.channel, hashed)
    if identity is not None:
        return identity
    contact = Contact(first_name=person.first_name, last_name=person.last_name, language=person.language)
    session.add(contact)
    session.flush()
    identity = Identity(contact_id=contact.id, channel=person.channel, address=person.address, address_key=hashed)
    session.add(identity)
    session.flush()
    revisions.move(session)
    return identity


def answered(session: Session, identity_id: int) -> None:
    """Nobody waits for an answer here any more."""
    statement = update(Conversation).where(Conversation.identity_id == identity_id)
    session.execute(statement.values(unanswered_since=None))


def _touched(session: Session, identity_id: int, words: Words) -> bool:
    """Begin or go on with the conversation; whether it began."""
    waits: dict[str, Any] = {"unanswered_since": words.at} if words.for_operators else {}
    fresh = insert(Conversation).values(identity_id=identity_id, begun_at=words.at, last_inbound_at=words.at, **waits)
    changed: dict[str, Any] = {
        "last_inbound_at": func.greatest(Conversation.last_inbound_at, words.at),
        "blocked_at": None,
    }
    if words.for_operators:
        changed["unanswered_since"] = func.coalesce(Conversation.unanswered_since, words.at)
    statement = fresh.on_conflict_do_update(index_elements=["identity_id"], set_=changed)
    return bool(session.scalar(statement.returning(Conversation.begun_at == words.at)))


def _record(session: Session, kind: EventKind, person: Person, words: Words, delivery_id: int | None) -> None:
    provider = f"{person.channel}:inbound"
    recording.record(session, [Event(kind, provider, words.key, words.at, delivery_id=delivery_id)])
