"""Who needs a campaign's next channel: set-based, by spans of the deliveries of the step before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Insert,
    Select,
    Update,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from core.ports import Traits
from core.queries.audience import Leg, reason_of
from core.queries.eligibility import live_identity
from core.queries.preparing import deliveries_for
from core.rules.capping import Cap
from core.rules.steps import ENDING
from core.tables.campaigns import Campaign
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Delivery
from core.tables.events import Engagement
from core.tables.steps import CampaignStep
from core.vocabulary import CampaignState, DeliveryState, Reason

UNSETTLED = (DeliveryState.PENDING, DeliveryState.AWAITING_CONSENT, DeliveryState.CLAIMED, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True)
class StepFigures:
    """Deliveries of a later channel by state; the skipped are those for whom it could not be used."""

    step: CampaignStep
    states: dict[DeliveryState, int]

    @property
    def sent(self) -> int:
        return self.states.get(DeliveryState.SENT, 0) + self.states.get(DeliveryState.DELIVERED, 0)

    @property
    def waiting(self) -> int:
        return sum(self.states.get(state, 0) for state in UNSETTLED)


def of_campaign(session: Session, campaign_id: int) -> list[CampaignStep]:
    """In their order; empty for a campaign on one channel."""
    mine = select(CampaignStep).where(CampaignStep.campaign_id == campaign_id)
    return list(session.scalars(mine.order_by(CampaignStep.step)))


def origins(session: Session, campaign: Campaign) -> list[int]:
    """All that its deliveries are sent for: its own origin, then those of its later steps; empty before the launch."""
    if campaign.origin_id is None:
        return []
    later = (step.origin_id for step in of_campaign(session, campaign.id))
    return [campaign.origin_id, *(one for one in later if one is not None)]


def figures(session: Session, campaign_id: int) -> list[StepFigures]:
    """How each later channel is doing; before the launch all are zero."""
    steps = of_campaign(session, campaign_id)
    found = []
    for step in steps:
        ours = select(Delivery.state, func.count()).where(Delivery.origin_id == step.origin_id)
        counts = session.execute(ours.group_by(Delivery.state)).all()
        found.append(StepFigures(step, {DeliveryState(state): count for state, count in counts}))
    return found


def to_look(session: Session, now: datetime) -> list[int]:
    """Campaigns that send and of whose steps one is due for a look."""
    due = or_(CampaignStep.look_at.is_(None), CampaignStep.look_at <= now)
    statement = (
        select(Campaign.id)
        .join(CampaignStep, CampaignStep.campaign_id == Campaign.id)
        .where(Campaign.state == CampaignState.SENDING, CampaignStep.origin_id.is_not(None), due)
    )
    return list(session.scalars(statement.distinct().order_by(Campaign.id)))


def end_of_chunk(origin_id: int, after: int, size: int) -> Select[int | None]:
    """The delivery id that ends the next chunk of the step before; null when there are none left."""
    walked = select(Delivery.id).where(Delivery.origin_id == origin_id, Delivery.id > after)
    return select(func.max(walked.order_by(Delivery.id).limit(size).subquery().c.id))


def take(
    leg: Leg,
    step: CampaignStep,
    before: Sequence[int],
    *,
    upto: int,
    required: Sequence[str],
    now: datetime,
    traits: Traits,
    cap: Cap | None = None,
) -> Insert:
    """Deliveries on this step for whom the step before did not reach; running it twice adds nothing.

    `before` are the origins of the steps before, the last of them the one that is walked. Who may not be written to
    on this channel gets a `skipped` row, so that the step after it may go on from there.
    """
    found = (
        select(Delivery.contact_id)
        .where(Delivery.origin_id == before[-1], Delivery.id > step.walked_up_to, Delivery.id <= upto)
        .where(_needs(step, now), ~_reached(before), ~_taken(step))
    )
    chosen = (
        select(
            Contact.id.label("contact_id"),
            Identity.id.label("identity_id"),
            Identity.address_key.label("address_key"),
            reason_of(leg, required, now, 0, traits=traits, cap=cap).label("reason"),
            false().label("waits"),
        )
        .select_from(Contact)
        .outerjoin(Identity, live_identity(leg.channel))
        .where(Contact.id.in_(found))
        .cte("chosen")
        .prefix_with("MATERIALIZED")
    )
    return deliveries_for(leg, chosen)


def is_taken(step: CampaignStep) -> Select[bool]:
    """Whether somebody gets the message on this step."""
    return select(exists().where(Delivery.origin_id == step.origin_id, Delivery.state == DeliveryState.PENDING))


def withdraw(step: CampaignStep, before: Sequence[int]) -> Update:
    """What waits on this step although somebody was reached meanwhile does not go."""
    waiting = (Delivery.origin_id == step.origin_id, Delivery.state == DeliveryState.PENDING)
    skipped = {"state": DeliveryState.SKIPPED, "reason": Reason.REACHED_BEFORE, "due_at": None}
    return update(Delivery).where(*waiting, _reached(before)).values(**skipped)


def undecided(step: CampaignStep, before: Sequence[int], now: datetime) -> Select[bool]:
    """Whether somebody of the step before may still need this one."""
    early = and_(Delivery.state == DeliveryState.SENT, Delivery.settled_at > _latest(step, now))
    open_case = and_(or_(early, _needs(step, now)), ~_reached(before), ~_taken(step))
    return select(exists().where(Delivery.origin_id == before[-1], or_(Delivery.state.in_(UNSETTLED), open_case)))


def is_result(origin_ids: Sequence[int]) -> ColumnElement[bool]:
    """Whether a delivery is its recipient's result: that of the last step that was taken.

    A later step that could not be taken (skipped or cancelled) leaves the result as it was.
    """
    if len(origin_ids) == 1:
        return and_(Delivery.origin_id == origin_ids[0], Delivery.step == 0)
    later = aliased(Delivery)
    passed = (DeliveryState.SKIPPED, DeliveryState.CANCELLED)
    taken_later = exists().where(
        later.origin_id.in_(origin_ids[1:]),
        later.contact_id == Delivery.contact_id,
        later.step > Delivery.step,
        later.state.not_in(passed),
    )
    return and_(
        Delivery.origin_id.in_(origin_ids), or_(Delivery.step == 0, Delivery.state.not_in(passed)), ~taken_later
    )


def _needs(step: CampaignStep, now: datetime) -> ColumnElement[bool]:
    """By its state alone: failed, skipped for what is the channel's, or sent long enough ago."""
    skipped = and_(Delivery.state == DeliveryState.SKIPPED, Delivery.reason.not_in(ENDING))
    cases = [Delivery.state == DeliveryState.FAILED, skipped]
    if step.silent:
        quiet = [Delivery.state == DeliveryState.SENT, Delivery.settled_at <= _latest(step, now)]
        if step.unread:
            read = (Engagement.delivery_id == Delivery.id, Engagement.read_at.is_not(None))
            quiet.append(~exists().where(*read))
        cases.append(and_(*quiet))
    return or_(*cases)


def _reached(before: Sequence[int]) -> ColumnElement[bool]:
    """A person's click, a reply, a withdrawal, or a delivery report, on any step before; an open alone is none."""
    signs = (
        Engagement.clicked_at,
        Engagement.replied_at,
        Engagement.unsubscribed_at,
        Engagement.complained_at,
    )
    alive = exists().where(
        Engagement.contact_id == Delivery.contact_id,
        Engagement.origin_id.in_(before),
        or_(*(sign.is_not(None) for sign in signs)),
    )
    earlier = aliased(Delivery)
    delivered = exists().where(
        earlier.origin_id.in_(before),
        earlier.contact_id == Delivery.contact_id,
        earlier.state == DeliveryState.DELIVERED,
    )
    return or_(alive, delivered)


def _taken(step: CampaignStep) -> ColumnElement[bool]:
    mine = aliased(Delivery)
    return exists().where(
        mine.origin_id == step.origin_id, mine.contact_id == Delivery.contact_id, mine.step == step.step
    )


def _latest(step: CampaignStep, now: datetime) -> datetime:
    """Whoever was sent to after this still has time."""
    return now - timedelta(seconds=step.after_seconds)
