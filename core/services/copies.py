"""The copies of a campaign for seed addresses: real deliveries, made once, that none of its figures counts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.ports import Traits
from core.queries import audience, seeds
from core.queries.audience import Frozen, Leg
from core.queries.seeds import Standing
from core.services.identities import identity_for
from core.tables.campaigns import Campaign, Origin
from core.tables.contacts import Identity
from core.tables.deliveries import Delivery
from core.vocabulary import DeliveryState, OriginKind, Purpose, Reason


def foreseen(
    session: Session,
    campaign: Campaign,
    leg: Campaign | Leg,
    frozen: Frozen,
    now: datetime,
    *,
    required: Sequence[str],
    traits: Traits,
) -> list[Standing]:
    """The seeds of one of a campaign's channels, and why one gets no copy: a list, or being a recipient anyway."""
    standing = seeds.of_campaign(session, campaign, leg.channel)
    keys = [one.seed.address_key for one in standing]
    reached = audience.reached(session, leg, frozen, required, now, keys=keys, traits=traits) if keys else ()
    return [
        replace(one, reason=Reason.DUPLICATE_ADDRESS) if one.seed.address_key in reached else one for one in standing
    ]


def give(
    session: Session,
    campaign: Campaign,
    leg: Campaign | Leg,
    sender_id: int | None,
    now: datetime,
    *,
    required: Sequence[str],
    traits: Traits,
) -> None:
    """Hand the seeds of a launched campaign's channel their copies, unless they have had them.

    The origins are the copies' own. A contact's address gets the contact's values; any other those of one recipient,
    or the fallbacks. Who is a recipient gets no second letter, and the lists are asked again in the claim.
    """
    if campaign.audience is None or _given(session, campaign, leg.channel):
        return
    standing = foreseen(session, campaign, leg, campaign.audience, now, required=required, traits=traits)
    whose = [(one, identity_for(session, leg.channel, one.seed.address_key, one.seed.address)) for one in standing]
    filled_in = [one for one in whose if one[0].seed.as_recipient and one[1].contact_id is None]
    as_they_are = [one for one in whose if one not in filled_in]
    if as_they_are:
        _hand_over(session, _origin(campaign, leg.channel, sender_id), leg.content_id, as_they_are)
    if filled_in:
        origin = _origin(campaign, leg.channel, sender_id)
        origin.sample_id = audience.first(session, campaign.audience)
        _hand_over(session, origin, leg.content_id, filled_in)


def cancel(session: Session, campaign_id: int) -> None:
    """What has not begun to be sent does not go."""
    waiting = (Delivery.origin_id.in_(seeds.origins(campaign_id)), Delivery.state == DeliveryState.PENDING)
    cancelled = {"state": DeliveryState.CANCELLED, "reason": Reason.CANCELLED, "due_at": None}
    session.execute(update(Delivery).where(*waiting).values(**cancelled))


def _given(session: Session, campaign: Campaign, channel: str) -> bool:
    ours = seeds.origins(campaign.id).where(Origin.channel == channel)
    return session.scalar(ours.limit(1)) is not None


def _origin(campaign: Campaign, channel: str, sender_id: int | None) -> Origin:
    return Origin(
        kind=OriginKind.SEED,
        channel=channel,
        purpose=Purpose.SEED,
        topic=campaign.topic,
        campaign_id=campaign.id,
        sender_id=sender_id,
    )


def _hand_over(
    session: Session, origin: Origin, content_id: int | None, whose: Sequence[tuple[Standing, Identity]]
) -> None:
    """The step keeps two addresses of one contact apart; with nothing to send, nobody has to look there."""
    origin.open = any(one.reason != Reason.DUPLICATE_ADDRESS for one, _ in whose)
    session.add(origin)
    session.flush()
    for step, (one, identity) in enumerate(whose):
        copy = Delivery(
            origin_id=origin.id,
            contact_id=identity.contact_id,
            identity_id=identity.id,
            content_id=content_id,
            channel=origin.channel,
            address_key=one.seed.address_key,
            step=step,
        )
        if one.reason == Reason.DUPLICATE_ADDRESS:
            copy.state, copy.reason, copy.address_key = DeliveryState.SKIPPED, one.reason, None
        session.add(copy)
