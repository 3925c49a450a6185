"""Reading one person for their page: addresses, consents, lists and what was sent to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Row, any_, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.errors import Invalid, NotFound, Refused
from core.queries.suppressions import beside_an_address
from core.rules import topics
from core.rules.addresses import address_key
from core.rules.contacts import cells
from core.tables.campaigns import Campaign, Origin
from core.tables.consent import Consent
from core.tables.contacts import Attribute, Contact, Identity
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import CHANNEL_EMAIL, AttributeType, Purpose

LAST_DELIVERIES = 50


@dataclass(frozen=True, slots=True)
class Person:
    contact: Contact
    identities: Sequence[Identity]
    consents: Sequence[Consent]
    """The latest first."""
    suppressions: Sequence[Suppression]
    deliveries: Sequence[Row[Delivery, int, str]]
    """The last 50: delivery, campaign's id and name."""


def person(session: Session, contact_id: int) -> Person:
    """All that is known of one contact; raise NotFound (`contact.not_found`) if there is none."""
    contact = session.get(Contact, contact_id)
    if contact is None:
        raise NotFound("contact.not_found", id=contact_id)
    identities = session.scalars(select(Identity).where(Identity.contact_id == contact_id).order_by(Identity.id)).all()
    keys = [identity.address_key for identity in identities]
    consents = select(Consent).where(Consent.contact_id == contact_id).order_by(Consent.id.desc())
    listed = or_(Suppression.contact_id == contact_id, Suppression.address_key.in_(keys))
    return Person(
        contact,
        identities,
        session.scalars(consents).all(),
        session.scalars(select(Suppression).where(listed, ~beside_an_address()).order_by(Suppression.id.desc())).all(),
        _deliveries(session, contact_id),
    )


def labels(session: Session) -> dict[str, str]:
    """The words for each attribute, by key."""
    return {row.key: row.label for row in session.execute(select(Attribute.key, Attribute.label))}


def dates(session: Session) -> list[tuple[str, str]]:
    """Attributes that hold dates, with their labels."""
    rows = select(Attribute.key, Attribute.label).where(Attribute.type == AttributeType.DATE).order_by(Attribute.label)
    return [(row.key, row.label) for row in session.execute(rows)]


def addresses(session: Session, contact_ids: Sequence[int], channel: str) -> dict[int, str]:
    """The present address of each contact on a channel."""
    statement = select(Identity.contact_id, Identity.address).where(
        Identity.contact_id.in_(contact_ids), Identity.channel == channel, Identity.ended_at.is_(None)
    )
    return {contact_id: address for contact_id, address in session.execute(statement) if contact_id and address}


def matches(search: str, address_keys: Sequence[bytes]) -> ColumnElement[bool]:
    """The beginning of a first or last name; with a digit, a dot or an @ in it that of an email address.

    Besides an external id, and whole addresses by their keys, also those that somebody had before. Every part is
    found by an index; what lies in two tables is brought together in an array of ids, since no index answers an OR
    of both, and with a join the planner walks the whole list backwards rather than trust so few to be found.
    """
    external = Contact.external_id == search
    if not address_keys and not any(letter.isdigit() or letter in "@._" for letter in search):
        return or_(external, _begins(Contact.last_name, search), _begins(Contact.first_name, search))
    present = (Identity.channel == CHANNEL_EMAIL, Identity.ended_at.is_(None))
    found: CompoundSelect[int] = union_all(
        select(Contact.id).where(external),
        select(Identity.contact_id).where(Identity.address_key.in_(address_keys)),
        select(Identity.contact_id).where(*present, _begins(Identity.address, search)),
    )
    return Contact.id == any_(func.array(found.scalar_subquery()))


def _begins(column: InstrumentedAttribute[str | None], search: str) -> ColumnElement[bool]:
    return func.lower(column).startswith(search.lower(), autoescape=True)


def _deliveries(session: Session, contact_id: int) -> Sequence[Row[Delivery, int, str]]:
    statement = (
        select(Delivery, Campaign.id, Campaign.name)
        .join(Origin, Origin.id == Delivery.origin_id)
        .outerjoin(Campaign, Campaign.id == Origin.campaign_id)
        .where(Delivery.contact_id == contact_id)
        .order_by(Delivery.id.desc())
        .limit(LAST_DELIVERIES)
    )
    return session.execute(statement).all()


def named(session: Session, who: str, *, key: bytes, country: str) -> int:
    """The one contact with this number, external id, or address that they have or had on any channel.

    Raises NotFound (`contact.not_found`), and Refused (`contact.several`).
    """
    if who.isascii() and who.isdigit() and len(who) < 19 and session.get(Contact, int(who)) is not None:
        return int(who)
    by_key = select(Identity.contact_id).where(Identity.address_key.in_(_keys(session, who, key, country)))
    those = select(Contact.id).where(or_(Contact.external_id == who, Contact.id.in_(by_key))).order_by(Contact.id)
    found = session.scalars(those.limit(10)).all()
    if not found:
        raise NotFound("contact.not_found", id=who)
    if len(found) > 1:
        raise Refused("contact.several", ids=", ".join(map(str, found)))
    return found[0]


def _keys(session: Session, who: str, key: bytes, country: str) -> list[bytes]:
    if "@" in who:
        return [address_key(key, CHANNEL_EMAIL, who)]
    keys = []
    for channel in session.scalars(select(Identity.channel).distinct()):
        try:
            keys.append(address_key(key, channel, cells.address(who, channel, country)))
        except Invalid:
            continue
    return keys


def consent_record(session: Session, contact_id: int) -> dict[str, Any]:
    """What one person has agreed to and withdrawn, in its order and with the addresses concerned, for them to have."""
    found = person(session, contact_id)
    addresses = {identity.id: identity.address for identity in found.identities}
    return {
        "contact": contact_id,
        "consents": [
            {
                "given": one.given,
                "channel": one.channel,
                "purpose": Purpose.MARKETING if topics.of_purpose(one.purpose) else one.purpose,
                "topic": topics.of_purpose(one.purpose),
                "at": one.at.isoformat(),
                "recorded_at": one.recorded_at.isoformat(),
                "way": one.way,
                "source": one.source,
                "address": addresses.get(one.identity_id) if one.identity_id else None,
                "wording": one.wording,
                "version": one.wording_version,
                "language": one.language,
            }
            for one in reversed(found.consents)
        ],
    }
