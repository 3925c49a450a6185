"""What customers write on channels that report by webhook: kept as a conversation, and heeded where it is a wish."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Session

from core.messages import Event
from core.queries.settings import DEFAULTS
from core.rules.keywords import Keyword, keyword
from core.services import confirmations, consent, hearing, wishes
from core.services.consent import Wording
from core.services.hearing import Person, Words
from core.tables.contacts import Contact, Identity
from core.tables.events import EventRow
from core.tables.settings import BusinessSetting
from core.vocabulary import EventKind

OWN_WORDS = ("text", "name", "media")
"""Of the details of such an event; they are kept in the conversation, and not once more in the event."""
KINDS = {Keyword.STOP: EventKind.UNSUBSCRIBED, Keyword.START: EventKind.STARTED}


async def understood(connection: AsyncConnection, events: Sequence[Event]) -> Sequence[Event]:
    """Events with the customers' own words resolved, and acted on; whatever is nobody's words comes back as it was.

    A reply is tied to the last campaign on that channel. STOP and its like become `unsubscribed`, START `started`;
    a plain yes or no answers a request for consent that is open. Keywords are answered (see confirmations). What came
    before changes nothing.
    """
    if not any(_is_spoken(event) for event in events):
        return events
    return await connection.run_sync(_understood, events)


def _understood(connection: Connection, events: Sequence[Event]) -> Sequence[Event]:
    """Within the transaction of the connection, which the session takes part in and does not end."""
    with Session(bind=connection, expire_on_commit=False) as session:
        _lock(session, events)
        own = session.scalar(select(BusinessSetting.value).where(BusinessSetting.key == "keywords"))
        words = own or DEFAULTS["keywords"]
        heard = [_heard(session, event, words) if _is_spoken(event) else event for event in events]
        session.flush()
        return heard


def _is_spoken(event: Event) -> bool:
    return event.address is not None and "address_key" in event.details


def _lock(session: Session, events: Sequence[Event]) -> None:
    """Each who speaks, in an order that all keep to: the same report may come twice at once."""
    keys = sorted({event.details["address_key"] for event in events if _is_spoken(event)})
    for key in keys:
        number = int.from_bytes(bytes.fromhex(key)[:8], "big", signed=True)
        session.execute(select(func.pg_advisory_xact_lock(literal(number))))


def _heard(session: Session, event: Event, own: dict[str, list[str]]) -> Event:
    kept = {name: value for name, value in event.details.items() if name not in OWN_WORDS}
    known = select(EventRow.id).where(EventRow.provider == event.provider, EventRow.key == event.key)
    if session.scalar(known) is not None:
        return replace(event, address=None, details=kept)
    text = event.details.get("text", "")
    person = Person(event.channel or "", event.address or "", event.details.get("name") or None)
    identity = hearing.known(session, person, bytes.fromhex(event.details["address_key"]))
    delivery_id = hearing.replied_to(session, identity.id, event.at)
    answered = consent.answer_by_word(session, identity.id, text, event.at) is not None
    asked = None if answered else keyword(text, own)
    meant = _wish(asked)
    plain = not answered and meant is None
    to = event.details.get("to") or None
    media = json.loads(event.details.get("media", "[]"))
    kind = _kind(media) if plain else "keyword"
    words = Words(kind, text, event.key, event.at, for_operators=plain, to=to, media=media)
    hearing.keep(session, identity, words, delivery_id)
    if asked is not None:
        confirmations.confirm(session, identity, asked, text, event.at)
    if meant is None:
        return replace(event, address=None, delivery_id=delivery_id, details=kept)
    wording = Wording("keyword", text, language=_language(session, identity))
    if meant is Keyword.START:
        wishes.opt_in(session, identity.id, wording, event.at)
    elif delivery_id is None:
        wishes.leave(session, identity, wording, event.at)
    # Of an opt-out that belongs to a message the event itself draws the consequences.
    spoken = {**kept, "way": "keyword"}
    return replace(event, kind=KINDS[meant], address=None, delivery_id=delivery_id, details=spoken)


def _kind(media: Sequence[Mapping[str, str]]) -> str:
    if not media:
        return "text"
    return "photo" if media[0]["kind"].startswith("image/") else "document"


def _wish(meant: Keyword | None) -> Keyword | None:
    """Who asks for help is told at once how things stand, and answered by a person too."""
    return meant if meant in KINDS else None


def _language(session: Session, identity: Identity) -> str | None:
    return session.scalar(select(Contact.language).where(Contact.id == identity.contact_id))
