"""Reading seed addresses: which there are, who of them would get a copy, and what became of a campaign's copies."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from core.queries.eligibility import suppression_reason
from core.tables.campaigns import Campaign, Origin
from core.tables.contacts import Identity
from core.tables.seeds import Seed
from core.vocabulary import OriginKind, Purpose, Reason

LEFT_OUT = "unseeded"
"""In a campaign's settings: seed addresses get no copy of it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A seed, and what keeps copies from it, if something does."""

    seed: Seed
    reason: Reason | None
    contact_id: int | None = None
    """Whose present address it is, if it is a contact's."""


def every(session: Session) -> list[Standing]:
    """In the order in which they were added."""
    return _standing(session, None)


def of_campaign(session: Session, campaign: Campaign, channel: str) -> list[Standing]:
    """Those that get its copy on one of its channels; none where they are left out."""
    if campaign.settings.get(LEFT_OUT):
        return []
    return _standing(session, campaign.topic, Seed.channel == channel)


def origins(campaign_id: int) -> Select[int]:
    """What a campaign's copies are sent for."""
    return select(Origin.id).where(Origin.campaign_id == campaign_id, Origin.kind == OriginKind.SEED)


def _standing(session: Session, topic: str | None, *which: ColumnElement[bool]) -> list[Standing]:
    reason = suppression_reason(Seed.channel, Purpose.SEED, _owner(), Seed.address_key, topic=topic)
    rows = session.execute(select(Seed, reason, _owner()).where(*which).order_by(Seed.id))
    return [Standing(seed, None if code is None else Reason(code), contact_id) for seed, code, contact_id in rows]


def _owner() -> ColumnElement[int | None]:
    """A list may name the contact and not the address."""
    same = (Identity.channel == Seed.channel, Identity.address_key == Seed.address_key, Identity.ended_at.is_(None))
    whose = select(Identity.contact_id).where(*same, Identity.contact_id.is_not(None))
    return whose.order_by(Identity.id).limit(1).scalar_subquery()
