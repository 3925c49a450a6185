"""The whole story of one recipient of a campaign, in order, derived from rows whenever it is asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound
from core.queries import campaigns, segments, statistics, topics, waits
from core.queries.steps import of_campaign, origins
from core.rules.addresses import address_key
from core.rules.contacts import cells
from core.tables.attempts import Attempt
from core.tables.campaigns import Campaign
from core.tables.consent import Consent, ConsentRequest
from core.tables.contacts import Contact, Identity
from core.tables.contents import Link
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.tables.segments import Segment
from core.tables.suppression import Suppression
from core.vocabulary import FINAL_STATES, DeliveryState

EVENTS_SHOWN = 100
PASSED = (DeliveryState.SKIPPED, DeliveryState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Step:
    """What happened, as a code for `texts.story` and its values; `at` is None for what holds now."""

    code: str
    at: datetime | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    campaign: Campaign
    delivery_id: int | None
    contact_id: int | None
    steps: list[Step]


def of_person(
    session: Session, campaign_id: int, written: str, now: datetime, *, hashing: bytes, country: str
) -> Story:
    """By an address on any of the campaign's channels, as a person writes it.

    Raises Invalid where it is an address of none of them, for the reason of the first.
    """
    campaign = campaigns.get(session, campaign_id)
    channels = [campaign.channel, *(one.channel for one in of_campaign(session, campaign_id))]
    keys, wrong = [], []
    for channel in dict.fromkeys(channels):
        try:
            keys.append(address_key(hashing, channel, cells.address(written, channel, country)))
        except Invalid as problem:
            wrong.append(problem)
    if not keys:
        raise Invalid(wrong[0].code, value=written, **wrong[0].params)
    return of_address(session, campaign_id, keys, now)


def of_address(session: Session, campaign_id: int, keys: Sequence[bytes], now: datetime) -> Story:
    """By the keys of an address that the person has or had on a channel of the campaign."""
    campaign = campaigns.get(session, campaign_id)
    owners = select(Identity.contact_id).where(Identity.address_key.in_(keys), Identity.contact_id.is_not(None))
    contact_ids = session.scalars(owners.distinct().order_by(Identity.contact_id)).all()
    if campaign.origin_id is not None:
        named = or_(Delivery.address_key.in_(keys), Delivery.contact_id.in_(contact_ids))
        whose = select(Delivery).where(Delivery.origin_id == campaign.origin_id, named)
        delivery = session.scalar(whose.order_by(Delivery.address_key.is_(None), Delivery.id).limit(1))
        if delivery is not None:
            return of_delivery(session, campaign, delivery, now)
    contact_id = next(iter(contact_ids), None)
    if contact_id is None:
        return Story(campaign, None, None, [Step("unknown_address")])
    return Story(campaign, None, contact_id, [*_not_chosen(session, campaign, contact_id)])


def of_recipient(session: Session, campaign_id: int, delivery_id: int, now: datetime) -> Story:
    """By the row in the list of recipients; raise NotFound (`recipient.not_found`) for one of another campaign."""
    campaign = campaigns.get(session, campaign_id)
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or delivery.origin_id not in origins(session, campaign):
        raise NotFound("recipient.not_found", id=delivery_id)
    if delivery.step:
        first = select(Delivery).where(Delivery.origin_id == campaign.origin_id)
        delivery = session.scalar(first.where(Delivery.contact_id == delivery.contact_id)) or delivery
    return of_delivery(session, campaign, delivery, now)


def of_delivery(session: Session, campaign: Campaign, delivery: Delivery, now: datetime) -> Story:
    said = _said(session, campaign, delivery)
    steps = [*_chosen(session, campaign, delivery, said), *_asked(session, campaign, delivery)]
    steps += [Step("consent_given" if one.given else "consent_withdrawn", one.at) for one in said]
    steps += [*_tries(session, delivery), *_later(session, delivery)]
    further = _further(session, campaign, delivery)
    for one in further:
        steps += [_taken(one), *_tries(session, one), *_later(session, one)]
    told = sorted(steps, key=lambda step: step.at or now)
    last = next((one for one in reversed(further) if one.state not in PASSED), delivery)
    told += [*_waits(session, campaign, last, now), Step("stands", None, _standing(last))]
    return Story(campaign, delivery.id, delivery.contact_id, told)


def _chosen(session: Session, campaign: Campaign, delivery: Delivery, said: Sequence[Consent]) -> Iterator[Step]:
    """How, and what the check before said: rows of those it left out hold no address, those of others keep theirs."""
    names = _segments(session, campaign, delivery.contact_id)
    yield Step("chosen", campaign.launched_at, {"segments": ", ".join(names)})
    before = [one.given for one in said if one.at <= delivery.created_at]
    if delivery.state in PASSED and delivery.address_key is None:
        yield Step("refused_at_check", delivery.created_at, {"reason": delivery.reason})
    elif campaign.consent_required and before[-1:] != [True]:
        yield Step("checked_but_consent", delivery.created_at)
    else:
        yield Step("checked", delivery.created_at)


def _asked(session: Session, campaign: Campaign, delivery: Delivery) -> Iterator[Step]:
    """When they were asked for consent: for this campaign only once the check had found nothing else."""
    if not campaign.consent_required or delivery.contact_id is None:
        return
    asked = select(ConsentRequest).where(
        ConsentRequest.contact_id == delivery.contact_id,
        ConsentRequest.channel == delivery.channel,
        ConsentRequest.purpose == campaign.purpose,
    )
    for request in session.scalars(asked.order_by(ConsentRequest.id)):
        ours = campaign.launched_at is not None and request.asked_at >= campaign.launched_at
        yield Step("consent_asked", max(request.asked_at, delivery.created_at) if ours else request.asked_at)


def _said(session: Session, campaign: Campaign, delivery: Delivery) -> Sequence[Consent]:
    """What they have said of consent, where the campaign needs it."""
    if not campaign.consent_required or delivery.contact_id is None:
        return []
    said = select(Consent).where(
        Consent.contact_id == delivery.contact_id,
        Consent.channel == delivery.channel,
        Consent.purpose == campaign.purpose,
    )
    return session.scalars(said.order_by(Consent.id)).all()


def _further(session: Session, campaign: Campaign, delivery: Delivery) -> Sequence[Delivery]:
    """What was tried on the channels after the first."""
    later = origins(session, campaign)[1:]
    theirs = select(Delivery).where(Delivery.origin_id.in_(later), Delivery.contact_id == delivery.contact_id)
    return session.scalars(theirs.order_by(Delivery.step)).all()


def _taken(delivery: Delivery) -> Step:
    """The next channel, or why it could not be used."""
    params = {"channel": delivery.channel, "reason": delivery.reason}
    passed = delivery.attempt == 0 and delivery.state in PASSED
    return Step("next_channel_unusable" if passed else "next_channel", delivery.created_at, params)


def _tries(session: Session, delivery: Delivery) -> Iterator[Step]:
    tried = select(Attempt).where(Attempt.delivery_id == delivery.id).order_by(Attempt.number, Attempt.id)
    for one in session.scalars(tried):
        said = {"number": one.number, "said": one.said or "–", "bounce": one.bounce}
        yield Step(f"attempt_{one.outcome}", one.at, said)
    bounced = select(EventRow.id).where(EventRow.delivery_id == delivery.id, EventRow.kind == "bounced").exists()
    late = delivery.state == DeliveryState.FAILED and session.scalar(select(bounced))
    if delivery.settled_at and (delivery.state in (DeliveryState.SENT, DeliveryState.DELIVERED) or late):
        yield Step("accepted", delivery.settled_at, {"number": delivery.attempt, "said": delivery.said or "–"})


def _later(session: Session, delivery: Delivery) -> Iterator[Step]:
    events = select(EventRow, Link.url).outerjoin(Link, Link.id == EventRow.link_id)
    of_it = events.where(EventRow.delivery_id == delivery.id).order_by(EventRow.at, EventRow.id).limit(EVENTS_SHOWN)
    for event, url in session.execute(of_it):
        said = {"url": url or "–", "bounce": event.bounce, "said": event.details.get("said", "–")}
        yield Step(f"{event.kind}_{event.actor}" if event.kind in ("opened", "clicked") else event.kind, event.at, said)
    listed = [Suppression.delivery_id == delivery.id]
    if delivery.address_key is not None:
        listed.append(Suppression.address_key == delivery.address_key)
    if delivery.contact_id is not None:
        listed.append(Suppression.contact_id == delivery.contact_id)
    here = or_(Suppression.channel.is_(None), Suppression.channel == delivery.channel)
    told = set()
    for entry in session.scalars(select(Suppression).where(or_(*listed), here).order_by(Suppression.id)):
        # What is known of the person and of the address at once is two entries of one deed.
        deed = (entry.list, entry.topic, entry.added_at, entry.released_at)
        if deed in told:
            continue
        told.add(deed)
        said = {"list": entry.list, "topic": topics.names(session, entry.topic)}
        yield Step("listed", entry.added_at, said)
        if entry.released_at:
            yield Step("released", entry.released_at, said)


def _waits(session: Session, campaign: Campaign, delivery: Delivery, now: datetime) -> Iterator[Step]:
    if delivery.state in FINAL_STATES or delivery.state == DeliveryState.IN_DOUBT:
        return
    if delivery.due_at is not None:
        yield Step("waits_until", None, {"until": delivery.due_at, "reason": delivery.reason})
    for wait in waits.of_campaign(session, campaign, statistics.figures(session, campaign.id), now):
        yield Step("waits_at_gate", None, {"gate": wait.reason, "details": wait.details, "until": wait.until})


def _standing(delivery: Delivery) -> dict[str, Any]:
    return {"state": delivery.state, "reason": delivery.reason}


def _not_chosen(session: Session, campaign: Campaign, contact_id: int) -> Iterator[Step]:
    if campaign.audience is None:
        yield Step("not_launched")
    elif _within(session, campaign, "exclude", contact_id):
        yield Step("excluded", campaign.launched_at)
    elif not _within(session, campaign, "include", contact_id):
        yield Step("in_no_segment", campaign.launched_at)
    else:
        yield Step("not_prepared")


def _segments(session: Session, campaign: Campaign, contact_id: int | None) -> list[str]:
    """The names of the segments by which the contact was chosen; all of them where the contact is gone."""
    names = [one.name for segment_id in campaign.include if (one := session.get(Segment, segment_id))]
    within = (
        [] if contact_id is None or campaign.audience is None else _within(session, campaign, "include", contact_id)
    )
    return [name for position, name in enumerate(names) if position in within] or names


def _within(session: Session, campaign: Campaign, part: str, contact_id: int | None) -> list[int]:
    """Positions of the frozen expressions that hold for the contact."""
    assert campaign.audience is not None
    as_of = datetime.fromisoformat(campaign.audience["as_of"])
    one = select(Contact.id).where(Contact.id == contact_id)
    trees = enumerate(campaign.audience[part])
    return [at for at, tree in trees if session.scalar(one.where(segments.any_of([tree], as_of))) is not None]
