"""What customers decide about being written to on a channel: each decision acts at once and is recorded for good."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.messages import Event
from core.queries import conversations, revisions
from core.services import consent, recording
from core.services.conversations import REPLY_DAYS
from core.tables.consent import Consent
from core.tables.contacts import Identity
from core.tables.suppression import Suppression
from core.vocabulary import EventKind, Purpose, SuppressionList


@dataclass(frozen=True, slots=True)
class Wording:
    """How somebody decided: by `button` or `keyword`, and the text that they agreed to, as it was."""

    way: str
    text: str | None = None
    version: str | None = None
    language: str | None = None


def opt_in(session: Session, identity_id: int, wording: Wording, now: datetime) -> None:
    """They want marketing on this channel: an earlier unsubscribe from it is over, a complaint is not."""
    identity = session.get_one(Identity, identity_id, with_for_update=True)
    session.execute(
        update(Suppression)
        .where(
            Suppression.list == SuppressionList.UNSUBSCRIBED,
            Suppression.channel == identity.channel,
            Suppression.released_at.is_(None),
            Suppression.address_key == identity.address_key,
        )
        .values(released_at=now, released_by="customer")
    )
    _decided(session, identity, wording, given=True, now=now)


def opt_out(session: Session, identity_id: int, wording: Wording, now: datetime, *, key: str) -> None:
    """No marketing on this channel any more; other channels stay as they are, and so do answers to questions.

    It counts among the figures of the campaign that they got last. `key` is the provider's id of what they said.
    """
    identity = session.get_one(Identity, identity_id, with_for_update=True)
    delivery_id = conversations.last_delivery(session, identity_id, now - timedelta(days=REPLY_DAYS))
    entry = insert(Suppression).values(
        list=SuppressionList.UNSUBSCRIBED,
        contact_id=identity.contact_id,
        channel=identity.channel,
        address_key=identity.address_key,
        source=wording.way,
        delivery_id=delivery_id,
    )
    session.execute(entry.on_conflict_do_nothing())
    if delivery_id is not None:
        details = {"way": wording.way}
        kind, provider = EventKind.UNSUBSCRIBED, f"{identity.channel}:wish"
        recording.record(session, [Event(kind, provider, key, now, delivery_id=delivery_id, details=details)])
        _told(session, identity, given=False, now=now)
        return
    _decided(session, identity, wording, given=False, now=now)


def _decided(session: Session, identity: Identity, wording: Wording, *, given: bool, now: datetime) -> None:
    session.add(
        Consent(
            contact_id=identity.contact_id,
            identity_id=identity.id,
            channel=identity.channel,
            purpose=Purpose.MARKETING,
            given=given,
            way=wording.way,
            wording=wording.text,
            wording_version=wording.version,
            language=wording.language,
            at=now,
        )
    )
    _told(session, identity, given=given, now=now)
    revisions.move(session)


def _told(session: Session, identity: Identity, *, given: bool, now: datetime) -> None:
    """A request for consent that is still open is answered by this, and what waits for it goes or ends."""
    ids = [identity.contact_id] if identity.contact_id is not None else []
    consent.learnt(session, ids, channel=identity.channel, purpose=Purpose.MARKETING, given=given, now=now)
