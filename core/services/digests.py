"""The daily digest: each sender's mailbox is told which addresses do not exist, as people expect bounces to return.

Operators are told how many there are, in the chat and in the panel, and not which.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from core.database import Sessions
from core.queries import digests as queries
from core.queries import pacing, settings
from core.queries.bell import ring
from core.rules.addresses import address_key
from core.services import notices
from core.services.identities import identity_for
from core.tables.campaigns import Origin, SenderRow
from core.tables.contents import ContentRow
from core.tables.deliveries import Delivery
from core.vocabulary import CHANNEL_EMAIL, OriginKind, Purpose

SETTING = "bounce_digest"
AT = time(7)
"""By the account's clock: in the mailbox when people come to work."""
MOST = 200
"""Addresses named; how many more there are is said."""


class Wording(Protocol):
    def __call__(self, addresses: Sequence[str], count: int) -> tuple[str, str, str]:
        """Language, subject and text."""
        ...


def send_due(sessions: Sessions, wording: Wording, *, key: bytes, now: datetime) -> int:
    """Hand today's digests to the dispatcher, where there is something to tell; returns how many."""
    with sessions.begin() as session:
        queries.empty_sent(session)
        local = now.astimezone(pacing.timezone(session))
        if local.time() < AT or not settings.value(session, SETTING):
            return 0
        ids = queries.senders(session)
    made = 0
    for sender_id in ids:
        with sessions.begin() as session:
            made += _one(session, sender_id, wording, key, local)
    return made


def _one(session: Session, sender_id: int, wording: Wording, key: bytes, local: datetime) -> bool:
    """Once a day: who comes second finds the first one's."""
    sender = queries.free_sender(session, sender_id)
    last = queries.last(session, sender_id)
    if sender is None or (last is not None and last.astimezone(local.tzinfo).date() >= local.date()):
        return False
    addresses, count = queries.dead_since(session, sender_id, last or local - timedelta(days=1), MOST)
    if not addresses:
        return False
    language, subject, text = wording(addresses, count)
    _hand_over(session, sender, _content(session, language, subject, text), key)
    notices.tell(session, "addresses_dead", {"count": count, "name": sender.name}, now=local, campaign_id=None)
    ring(session)
    return True


def _content(session: Session, language: str, subject: str, text: str) -> ContentRow:
    """Nothing in an address is a place to fill."""
    plain = text.replace("{", "(").replace("}", ")")
    made = ContentRow(
        kind="text",
        language=language,
        source=plain,
        subject=subject,
        plain=plain,
        extras={"of": queries.KIND},
        hash=hashlib.sha256(plain.encode()).digest(),
    )
    session.add(made)
    session.flush()
    return made


def _hand_over(session: Session, sender: SenderRow, content: ContentRow, key: bytes) -> None:
    """A service message like any other: it takes a slot of the limit, from those kept for service mail."""
    address = sender.reply_to or sender.address
    identity = identity_for(session, CHANNEL_EMAIL, address_key(key, CHANNEL_EMAIL, address), address)
    service = Purpose.SERVICE
    origin = Origin(kind=OriginKind.SERVICE, channel=CHANNEL_EMAIL, purpose=service, sender_id=sender.id)
    session.add(origin)
    session.flush()
    session.add(
        Delivery(
            origin_id=origin.id,
            contact_id=identity.contact_id,
            identity_id=identity.id,
            content_id=content.id,
            channel=CHANNEL_EMAIL,
            address_key=identity.address_key,
        )
    )
