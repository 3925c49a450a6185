"""What a customer wants to hear, on which channel: said by themselves, on the page that their letters lead to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.queries import revisions, topics
from core.rules.topics import purpose
from core.services import consent
from core.services.consent import Whose, Wording
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import Purpose, SuppressionList


@dataclass(frozen=True, slots=True)
class Subject:
    """A topic that is offered, its names by language, and whether campaigns of it may reach the person."""

    key: str
    names: Mapping[str, str]
    on: bool


@dataclass(frozen=True, slots=True)
class Preferences:
    language: str | None
    channels: Mapping[str, bool]
    """Each channel on which the person has an address, and whether campaigns may reach them there."""
    topics: Sequence[Subject] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was ticked and what was not, of what the page showed."""

    channels: Mapping[str, bool]
    topics: Mapping[str, bool]
    wording: str
    """What a person who signs up agrees to, as the page showed it."""
    topic_wording: str
    """The same for topics; which one it was is kept beside it."""


def look(session: Session, delivery_id: int) -> Preferences:
    """The wishes of whoever this message went to; raise NotFound (`contact.not_found`) if that is nobody."""
    contact = _contact(session, delivery_id)
    listed = exists().where(
        _in_force(None),
        Suppression.channel == Identity.channel,
        (Suppression.address_key == Identity.address_key) | (Suppression.contact_id == contact.id),
    )
    present = select(Identity.channel, ~listed).where(_present(contact))
    channels = {row[0]: row[1] for row in session.execute(present.order_by(Identity.id))}
    return Preferences(contact.language, channels, _subjects(session, contact))


def keep(session: Session, delivery_id: int, wanted: Wanted, *, language: str | None, now: datetime) -> Preferences:
    """Sign up and unsubscribe as said, with a record of each change; complaints are never released here.

    A topic is left and taken up again on each channel on which the person has an address.
    """
    contact = _contact(session, delivery_id)
    session.refresh(contact, with_for_update=True)
    before = look(session, delivery_id)
    for identity in session.scalars(select(Identity).where(_present(contact)).order_by(Identity.id)):
        change = _Change(session, contact, identity, delivery_id, now)
        on = wanted.channels.get(identity.channel)
        if on is not None and on != before.channels[identity.channel]:
            change.apply(None, wanted.wording, on=on)
        for subject in before.topics:
            on = wanted.topics.get(subject.key)
            if on is not None and on != subject.on:
                change.apply(subject.key, wanted.topic_wording, on=on)
    if language is not None:
        contact.language = language
    revisions.move(session)
    session.flush()
    return look(session, delivery_id)


@dataclass(frozen=True, slots=True)
class _Change:
    """What one address of a person is subscribed to, changed by them."""

    session: Session
    contact: Contact
    identity: Identity
    delivery_id: int
    now: datetime

    def apply(self, topic: str | None, wording: str, *, on: bool) -> None:
        self._release(topic) if on else self._put_on(topic)
        said = Wording("preferences", wording if on else None, language=self.contact.language)
        what = Purpose.MARKETING if topic is None else purpose(topic)
        whose = Whose(self.contact.id, self.identity.id, self.identity.channel, what)
        consent.record(self.session, whose, said, given=on, at=self.now, now=self.now)

    def _release(self, topic: str | None) -> None:
        theirs = (Suppression.address_key == self.identity.address_key) | (Suppression.contact_id == self.contact.id)
        self.session.execute(
            update(Suppression)
            .where(_in_force(topic), Suppression.channel == self.identity.channel, theirs)
            .values(released_at=self.now, released_by="customer")
        )

    def _put_on(self, topic: str | None) -> None:
        entry = insert(Suppression).values(
            list=SuppressionList.UNSUBSCRIBED,
            contact_id=self.contact.id,
            channel=self.identity.channel,
            address_key=self.identity.address_key,
            topic=topic,
            source="preferences",
            delivery_id=self.delivery_id,
        )
        self.session.execute(entry.on_conflict_do_nothing())


def _subjects(session: Session, contact: Contact) -> Sequence[Subject]:
    """A topic is wanted where nothing forbids it, on whatever channel."""
    keys = select(Identity.address_key).where(_present(contact))
    left = set(
        session.scalars(
            select(Suppression.topic)
            .where(Suppression.list == SuppressionList.UNSUBSCRIBED, Suppression.released_at.is_(None))
            .where(Suppression.topic.is_not(None), Suppression.address_key.in_(keys))
        )
    )
    return [
        Subject(one.key, {"en": one.name_en, "de": one.name_de}, one.key not in left) for one in topics.offered(session)
    ]


def _in_force(topic: str | None) -> ColumnElement[bool]:
    """Unsubscriptions of a topic, or (None) of all at once."""
    return and_(
        Suppression.list == SuppressionList.UNSUBSCRIBED,
        Suppression.released_at.is_(None),
        Suppression.topic.is_not_distinct_from(topic),
    )


def _present(contact: Contact) -> ColumnElement[bool]:
    return and_(Identity.contact_id == contact.id, Identity.ended_at.is_(None))


def _contact(session: Session, delivery_id: int) -> Contact:
    found = session.scalar(
        select(Contact).join(Delivery, Delivery.contact_id == Contact.id).where(Delivery.id == delivery_id)
    )
    if found is None or found.erased_at is not None:
        raise NotFound("contact.not_found", id=delivery_id)
    return found
