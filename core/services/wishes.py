"""What customers decide about being written to on a channel: each decision acts at once and is recorded for good."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.queries import revisions
from core.services import consent
from core.tables.consent import Consent
from core.tables.contacts import Identity
from core.tables.suppression import Suppression
from core.vocabulary import Purpose, SuppressionList


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


def leave(
    session: Session, identity: Identity, wording: Wording, now: datetime, *, delivery_id: int | None = None
) -> None:
    """They want no marketing on this channel any more.

    Where that was recorded as an event of `delivery_id`, this has suppressed the address and withdrawn the consent.
    """
    if delivery_id is not None:
        _told(session, identity, given=False, now=now)
        return
    entry = insert(Suppression).values(
        list=SuppressionList.UNSUBSCRIBED,
        contact_id=identity.contact_id,
        channel=identity.channel,
        address_key=identity.address_key,
        source=wording.way,
    )
    session.execute(entry.on_conflict_do_nothing())
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
