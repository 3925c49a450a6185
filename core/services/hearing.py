"""What customers say, kept: who says it becomes a contact if nobody knew them, and a conversation begins or goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.queries import conversations as queries
from core.queries import revisions
from core.tables.contacts import Contact, Identity
from core.tables.conversations import Conversation, ConversationMessage
from core.vocabulary import Direction

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
    to: str | None = None
    """Which of our numbers they wrote to, where there are several."""
    media: Sequence[Mapping[str, str]] = ()
    """What came with it, as the table of messages keeps it."""


@dataclass(frozen=True, slots=True)
class Heard:
    identity_id: int
    contact_id: int
    begun: bool
    """Whether the conversation began with this."""
    delivery_id: int | None
    """The campaign's message that it counts as a reply to."""


def keep(session: Session, identity: Identity, words: Words, delivery_id: int | None) -> Heard:
    """Append what somebody said; a block is lifted by it. `delivery_id` is what it may be a reply to."""
    begun = _touched(session, identity.id, words)
    session.add(
        ConversationMessage(
            identity_id=identity.id,
            direction=Direction.IN,
            kind=words.kind,
            text=words.text[:LONGEST_TEXT] if words.text else None,
            media=list(words.media),
            delivery_id=delivery_id,
            key=words.key,
            for_desk=words.for_operators,
            at=words.at,
        )
    )
    if begun:
        revisions.move(session)
    assert identity.contact_id is not None
    return Heard(identity.id, identity.contact_id, begun, delivery_id)


def known(session: Session, person: Person, hashed: bytes) -> Identity:
    """Their identity, locked; whoever has none gets one, and a contact, from what the provider says of them."""
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


def replied_to(session: Session, identity_id: int, at: datetime) -> int | None:
    """What somebody who writes then may reply to: the last campaign message that they got lately."""
    return queries.last_delivery(session, identity_id, at - timedelta(days=REPLY_DAYS))


def _touched(session: Session, identity_id: int, words: Words) -> bool:
    """Begin or go on with the conversation; whether it began."""
    waits: dict[str, Any] = {"unanswered_since": words.at} if words.for_operators else {}
    place: dict[str, Any] = {"written_to": words.to} if words.to else {}
    fresh = insert(Conversation).values(
        identity_id=identity_id, begun_at=words.at, last_inbound_at=words.at, **waits, **place
    )
    changed: dict[str, Any] = {
        "last_inbound_at": func.greatest(Conversation.last_inbound_at, words.at),
        "blocked_at": None,
        **place,
    }
    if words.for_operators:
        changed["unanswered_since"] = func.coalesce(Conversation.unanswered_since, words.at)
    statement = fresh.on_conflict_do_update(index_elements=["identity_id"], set_=changed)
    return bool(session.scalar(statement.returning(Conversation.begun_at == words.at)))
