"""What customers decide about being written to on a channel: each decision acts at once and is recorded for good."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.services import consent
from core.services.consent import Whose, Wording
from core.tables.contacts import Identity
from core.tables.suppression import Suppression
from core.vocabulary import Purpose, SuppressionList


def opt_in(session: Session, identity_id: int, wording: Wording, now: datetime) -> None:
    """They want marketing on this channel: an earlier unsubscribe from it is over, a complaint is not."""
    identity = session.get_one(Identity, identity_id, with_for_update=True)
    session.execute(
        update(Suppression)
        .where(
            Suppression.list == SuppressionList.UNSUBSCRIBED,
            Suppression.topic.is_(None),
            Suppression.channel == identity.channel,
            Suppression.released_at.is_(None),
            Suppression.address_key == identity.address_key,
        )
        .values(released_at=now, released_by="customer")
    )
    consent.record(session, _whose(identity), wording, given=True, at=now, now=now)


def leave(
    session: Session, identity: Identity, wording: Wording, now: datetime, *, delivery_id: int | None = None
) -> None:
    """They want no marketing on this channel any more.

    Where that was recorded as an event of `delivery_id`, this has suppressed the address and withdrawn the consent.
    """
    if delivery_id is not None:
        consent.learnt(session, _whose(identity), given=False, now=now)
        return
    entry = insert(Suppression).values(
        list=SuppressionList.UNSUBSCRIBED,
        contact_id=identity.contact_id,
        channel=identity.channel,
        address_key=identity.address_key,
        source=wording.way,
    )
    session.execute(entry.on_conflict_do_nothing())
    consent.record(session, _whose(identity), wording, given=False, at=now, now=now)


def _whose(identity: Identity) -> Whose:
    return Whose(identity.contact_id, identity.id, identity.channel, Purpose.MARKETING)
