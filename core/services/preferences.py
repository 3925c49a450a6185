"""What a customer wants to hear, on which channel: said by themselves, on the page that their letters lead to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.queries import revisions
from core.services import consent
from core.services.consent import Whose, Wording
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import Purpose, SuppressionList


@dataclass(frozen=True, slots=True)
class Preferences:
    language: str | None
    channels: Mapping[str, bool]
    """Each channel on which the person has an address, and whether campaigns may reach them there."""


def look(session: Session, delivery_id: int) -> Preferences:
    """The wishes of whoever this message went to; raise NotFound (`contact.not_found`) if that is nobody."""
    contact = _contact(session, delivery_id)
    listed = exists().where(
        Suppression.list == SuppressionList.UNSUBSCRIBED,
        Suppression.released_at.is_(None),
        Suppression.channel == Identity.channel,
        (Suppression.address_key == Identity.address_key) | (Suppression.contact_id == contact.id),
    )
    present = select(Identity.channel, ~listed).where(Identity.contact_id == contact.id, Identity.ended_at.is_(None))
    return Preferences(contact.language, {row[0]: row[1] for row in session.execute(present.order_by(Identity.id))})


def keep(
    session: Session, delivery_id: int, wanted: Mapping[str, bool], *, language: str | None, wording: str, now: datetime
) -> Preferences:
    """Sign up and unsubscribe as said, with a record of each change; complaints are never released here.

    `wording` is what a person who signs up agrees to, as the page showed it.
    """
    contact = _contact(session, delivery_id)
    session.refresh(contact, with_for_update=True)
    before = look(session, delivery_id)
    for channel, on in before.channels.items():
        if channel in wanted and wanted[channel] != on:
            _change(session, contact, channel, on=wanted[channel], delivery_id=delivery_id, wording=wording, now=now)
    if language is not None:
        contact.language = language
    revisions.move(session)
    session.flush()
    return look(session, delivery_id)


def _change(
    session: Session, contact: Contact, channel: str, *, on: bool, delivery_id: int, wording: str, now: datetime
) -> None:
    identity = session.scalars(
        select(Identity)
        .where(Identity.contact_id == contact.id, Identity.channel == channel, Identity.ended_at.is_(None))
        .limit(1)
    ).one()
    unsubscribed = (Suppression.list == SuppressionList.UNSUBSCRIBED, Suppression.channel == channel)
    if on:
        session.execute(
            update(Suppression)
            .where(*unsubscribed, Suppression.released_at.is_(None))
            .where((Suppression.address_key == identity.address_key) | (Suppression.contact_id == contact.id))
            .values(released_at=now, released_by="customer")
        )
    else:
        entry = insert(Suppression).values(
            list=SuppressionList.UNSUBSCRIBED,
            contact_id=contact.id,
            channel=channel,
            address_key=identity.address_key,
            source="preferences",
            delivery_id=delivery_id,
        )
        session.execute(entry.on_conflict_do_nothing())
    said = Wording("preferences", wording if on else None, language=contact.language)
    whose = Whose(contact.id, identity.id, channel, Purpose.MARKETING)
    consent.record(session, whose, said, given=on, at=now, now=now)


def _contact(session: Session, delivery_id: int) -> Contact:
    found = session.scalar(
        select(Contact).join(Delivery, Delivery.contact_id == Contact.id).where(Delivery.id == delivery_id)
    )
    if found is None or found.erased_at is not None:
        raise NotFound("contact.not_found", id=delivery_id)
    return found
