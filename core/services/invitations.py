"""Invitations: a link that ties a chat to the contact for whom it was made, once."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.errors import Refused
from core.queries import conversations as queries
from core.queries import revisions
from core.rules.addresses import address_key
from core.services.hearing import Person, known
from core.tables.consent import Consent
from core.tables.contacts import Contact, Identity
from core.tables.conversations import Invitation
from core.tables.deliveries import Delivery

PREFIX = "c_"
"""Tells a customer's link from an operator's code."""
DAYS = 7
OF_LETTER = "l_"
"""Tells the link of a letter: its token is signed, names the message that it stood in, and is kept once it is used."""
LETTER_DAYS = 90


def invite(session: Session, contact_id: int, channel: str, now: datetime) -> str:
    """A token of 34 characters that holds for a week; only its hash is kept. Fits into a deep link of Telegram."""
    token = PREFIX + secrets.token_urlsafe(24)
    session.add(
        Invitation(
            hash=_hash(token),
            contact_id=contact_id,
            channel=channel,
            created_at=now,
            expires_at=now + timedelta(days=DAYS),
        )
    )
    return token


def accept(session: Session, token: str, *, person: Person, key: bytes, now: datetime) -> Identity:
    """Tie the chat to the contact of the invitation, which is used up by this.

    Raises Refused: `invitation.unknown`, `invitation.used`, `invitation.expired`, or `invitation.belongs_to_other` if
    the chat is tied to another contact already; the link can then still be used by whom it was meant for.
    """
    statement = select(Invitation).where(Invitation.hash == _hash(token)).with_for_update()
    kept = session.scalar(statement.execution_options(populate_existing=True))
    if kept is None or kept.channel != person.channel:
        raise Refused("invitation.unknown")
    if kept.used_at is not None:
        raise Refused("invitation.used")
    if kept.expires_at <= now:
        raise Refused("invitation.expired", days=DAYS)
    identity = tie(session, person, kept.contact_id, key=key, now=now)
    kept.used_at = now
    return identity


def accept_letter(session: Session, token: str, delivery_id: int, *, person: Person, key: bytes, now: datetime) -> None:
    """Tie the chat to whom that message went; a letter that is passed on ties nobody else.

    Raises Refused as `accept` does. Whose chat is tied already may follow their link again.
    """
    letter = session.get(Delivery, delivery_id)
    if letter is None or letter.contact_id is None:
        raise Refused("invitation.unknown")
    identity = queries.identity(session, person.channel, address_key(key, person.channel, person.address))
    if identity is not None and identity.contact_id == letter.contact_id:
        return
    expires = letter.created_at + timedelta(days=LETTER_DAYS)
    if expires <= now:
        raise Refused("invitation.expired", days=LETTER_DAYS)
    used = {"created_at": letter.created_at, "expires_at": expires, "used_at": now}
    entry = insert(Invitation).values(hash=_hash(token), contact_id=letter.contact_id, channel=person.channel, **used)
    if session.scalar(entry.on_conflict_do_nothing().returning(Invitation.hash)) is None:
        raise Refused("invitation.used")
    tie(session, person, letter.contact_id, key=key, now=now)


def tie(session: Session, person: Person, contact_id: int, *, key: bytes, now: datetime) -> Identity:
    """Make the chat that contact's; raise Refused (`invitation.belongs_to_other`) if a known person has it already.

    Another chat of the contact on this channel is ended: the newest is where they are. Somebody who was known by
    nothing but this chat was this contact all along: what they consented to goes with it.
    """
    hashed = address_key(key, person.channel, person.address)
    identity = queries.identity(session, person.channel, hashed)
    if identity is not None and identity.contact_id == contact_id:
        return identity
    if identity is not None and not _is_only_a_chat(session, identity):
        raise Refused("invitation.belongs_to_other")
    _end_others(session, contact_id, person.channel, now)
    revisions.move(session)
    if identity is None:
        identity = Identity(contact_id=contact_id, channel=person.channel, address=person.address, address_key=hashed)
        session.add(identity)
        session.flush()
        return identity
    _move(session, identity, contact_id)
    return identity


def tie_by_number(session: Session, person: Person, number: str, *, key: bytes, now: datetime) -> bool:
    """Tie the chat to the one contact that has this telephone number (E.164); whether there is exactly one."""
    keys = [address_key(key, channel, number) for channel in ("sms", "whatsapp")]
    owners = select(Identity.contact_id).where(
        Identity.address_key.in_(keys), Identity.ended_at.is_(None), Identity.contact_id.is_not(None)
    )
    found = session.scalars(owners.distinct().limit(2)).all()
    if len(found) != 1 or found[0] is None:
        return False
    known(session, person, address_key(key, person.channel, person.address))
    tie(session, person, found[0], key=key, now=now)
    return True


def _is_only_a_chat(session: Session, identity: Identity) -> bool:
    """Whether nothing is known of the contact but what this chat itself has told."""
    contact = session.get_one(Contact, identity.contact_id)
    others = select(func.count()).where(Identity.contact_id == contact.id, Identity.id != identity.id)
    return contact.external_id is None and not contact.attributes and not session.scalar(others)


def _end_others(session: Session, contact_id: int, channel: str, now: datetime) -> None:
    mine = (Identity.contact_id == contact_id, Identity.channel == channel, Identity.ended_at.is_(None))
    session.execute(update(Identity).where(*mine).values(ended_at=now))


def _move(session: Session, identity: Identity, contact_id: int) -> None:
    """The identity, and what was said with it, is the contact's; a contact of whom nothing is left goes."""
    left = identity.contact_id
    session.execute(update(Identity).where(Identity.id == identity.id).values(contact_id=contact_id))
    session.execute(update(Consent).where(Consent.contact_id == left).values(contact_id=contact_id))
    session.refresh(identity)
    if not session.scalar(select(Delivery.id).where(Delivery.contact_id == left).limit(1)):
        session.delete(session.get_one(Contact, left))
        session.flush()


def _hash(token: str) -> bytes:
    """Random enough that a plain SHA-256 tells nobody what it was."""
    return hashlib.sha256(token.encode()).digest()
