"""Test mails: a draft's letter as it is now, to a few addresses, sent like any other and counted in no figure."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import Invalid, Refused
from core.ports import Channels
from core.queries import audience
from core.queries import campaigns as queries
from core.queries.bell import ring
from core.queries.eligibility import suppression_reason
from core.rules.addresses import address_key
from core.rules.contacts import cells
from core.services import audit, campaigns
from core.services.fitting import check_fit, traits_for
from core.services.identities import identity_for
from core.services.marking import marked_for
from core.services.recipients import unsettled
from core.tables.campaigns import Campaign, Origin, SenderRow
from core.tables.contacts import Identity
from core.tables.deliveries import Delivery
from core.vocabulary import CampaignState, OriginKind, Purpose

MOST = 10
ALONE = (OriginKind.TEST, OriginKind.SEED, OriginKind.REPLY, OriginKind.SERVICE)
"""What belongs to no campaign that would bring it to its end."""


def send(
    session: Session,
    campaign_id: int,
    addresses: Sequence[str],
    *,
    key: bytes,
    country: str,
    channels: Channels,
    by: str,
    now: datetime,
    sample_id: int | None = None,
) -> list[str]:
    """Hand the letter to the dispatcher for one to ten addresses; they come back as they will be written to.

    It is filled with the values of the contact `sample_id`, or else of the first of the audience; where that is
    empty, an address that belongs to a contact gets their own, and any other the fallbacks. Raises Invalid
    (`trial.bad_address`) naming what is no address, and Refused (`trial.<reason>`) naming who may not be written to.
    """
    campaign = queries.locked(session, campaign_id)
    if campaign.state not in (CampaignState.DRAFT, CampaignState.SCHEDULED):
        raise Refused("campaign.frozen", name=campaign.name)
    content = marked_for(session, campaign, campaigns.letter(session, campaign))
    sender = session.get_one(SenderRow, campaign.sender_id)
    check_fit(session, traits_for(channels, campaign.channel, content), content, sender, campaign=campaign.name)
    wanted = _wanted(campaign.channel, addresses, key, country)
    identities = [identity_for(session, campaign.channel, *one) for one in wanted.items()]
    _refuse_listed(session, campaign.channel, identities)
    origin = Origin(
        kind=OriginKind.TEST,
        channel=campaign.channel,
        purpose=Purpose.TEST,
        campaign_id=campaign.id,
        sender_id=campaign.sender_id,
        sample_id=sample_id or _first(session, campaign, now),
    )
    session.add(origin)
    session.flush()
    session.add_all([_delivery(origin, content.id, identity, step) for step, identity in enumerate(identities)])
    audit.note(session, by, "test", f"campaign:{campaign_id}", addresses=len(wanted))
    ring(session)
    return list(wanted.values())


def close_if_done(sessions: Sessions, origin_id: int) -> None:
    """Let the dispatcher look no longer at a test, a request of its own, or an answer, each of which is settled."""
    asked = and_(Origin.kind == OriginKind.CONSENT, Origin.campaign_id.is_(None))
    done = update(Origin).where(Origin.id == origin_id, or_(Origin.kind.in_(ALONE), asked), ~unsettled(origin_id))
    with sessions.begin() as session:
        session.execute(done.values(open=False))


def _wanted(channel: str, addresses: Sequence[str], key: bytes, country: str) -> dict[bytes, str]:
    """Each address once, in its one form."""
    if not addresses:
        raise Invalid("trial.nobody", where="addresses")
    wanted: dict[bytes, str] = {}
    wrong = []
    for given in addresses:
        try:
            address = cells.address(given, channel, country)
        except Invalid:
            wrong.append(given)
        else:
            wanted.setdefault(address_key(key, channel, address), address)
    if wrong:
        raise Invalid("trial.bad_address", where="addresses", addresses=", ".join(wrong))
    if len(wanted) > MOST:
        raise Refused("trial.too_many", most=MOST)
    return wanted


def _refuse_listed(session: Session, channel: str, identities: Sequence[Identity]) -> None:
    reason = suppression_reason(channel, Purpose.TEST, Identity.contact_id, Identity.address_key)
    ids = [identity.id for identity in identities]
    statement = select(Identity.address, reason).where(Identity.id.in_(ids)).order_by(Identity.id)
    for address, code in session.execute(statement):
        if code is not None:
            raise Refused(f"trial.{code}", address=address)


def _first(session: Session, campaign: Campaign, now: datetime) -> int | None:
    if not campaign.include:
        return None
    return audience.first(session, audience.frozen(session, campaign.include, campaign.exclude, now))


def _delivery(origin: Origin, content_id: int, identity: Identity, step: int) -> Delivery:
    """The step keeps two addresses of one contact apart."""
    return Delivery(
        origin_id=origin.id,
        contact_id=identity.contact_id,
        identity_id=identity.id,
        content_id=content_id,
        channel=origin.channel,
        address_key=identity.address_key,
        step=step,
    )
