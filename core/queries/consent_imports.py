"""What a list of consents is checked against: whose addresses they are, and what was decided before."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.tables.consent import Consent
from core.tables.contacts import Identity
from core.vocabulary import Purpose


@dataclass(frozen=True, slots=True)
class Decision:
    at: datetime
    way: str
    given: bool


Owners = dict[tuple[str, bytes], list[tuple[int, int]]]
"""Contact and identity by channel and address key."""
Decisions = dict[tuple[int, str], list[Decision]]
"""By contact and channel."""


def owners(session: Session, keys: Iterable[bytes]) -> Owners:
    """Of the present addresses."""
    found: Owners = {}
    live = (Identity.address_key.in_(list(keys)), Identity.ended_at.is_(None))
    columns = (Identity.channel, Identity.address_key, Identity.contact_id, Identity.id)
    for channel, key, contact_id, identity_id in session.execute(select(*columns).where(*live)):
        if contact_id is not None:
            found.setdefault((channel, key), []).append((contact_id, identity_id))
    return found


def decisions(session: Session, contact_ids: Collection[int]) -> Decisions:
    """For marketing, of these contacts."""
    found: Decisions = {}
    columns = (Consent.contact_id, Consent.channel, Consent.at, Consent.way, Consent.given)
    theirs = (Consent.contact_id.in_(contact_ids), Consent.purpose == Purpose.MARKETING)
    for contact_id, channel, at, way, given in session.execute(select(*columns).where(*theirs)):
        found.setdefault((contact_id, channel), []).append(Decision(at, way, given))
    return found
