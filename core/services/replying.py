"""Words for one customer who wrote to us, handed over at once: a delivery like any other, with its own origin."""

import hashlib
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from core.errors import Refused
from core.queries import replying as queries
from core.queries.bell import ring
from core.queries.replying import Way
from core.rules.short_messages import FROM, Extras
from core.rules.templates.quoting import quoted
from core.services import hearing
from core.tables.campaigns import Origin
from core.tables.contacts import Identity
from core.tables.contents import ContentRow
from core.tables.deliveries import Delivery
from core.vocabulary import OriginKind, Purpose

NOTHING: Extras = MappingProxyType({})


def find_way(session: Session, identity: Identity, now: datetime) -> Way:
    """The number that they wrote to answers; Refused (`answer.no_sender`) where there is nothing to send from."""
    way = queries.way(session, identity, hearing.replied_to(session, identity.id, now))
    if way is None:
        raise Refused("answer.no_sender", channel=identity.channel)
    return way


def hand_over(
    session: Session, identity: Identity, way: Way, text: str, *, kind: str, language: str, extras: Extras = NOTHING
) -> Delivery:
    """Each is claimed by itself, and never behind a campaign."""
    origin = Origin(kind=OriginKind.REPLY, channel=identity.channel, purpose=Purpose.REPLY, sender_id=way.sender_id)
    content = _content(text, way.number, extras, kind=kind, language=language)
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
    ring(session)
    return delivery


def _content(text: str, number: str | None, beside: Extras, *, kind: str, language: str) -> ContentRow:
    source = quoted(text)
    digest = hashlib.sha256(f"{kind}\0{source}".encode()).digest()
    extras = {**beside, FROM: number} if number else dict(beside)
    return ContentRow(kind=kind, language=language, source=source, subject="", plain=source, extras=extras, hash=digest)
