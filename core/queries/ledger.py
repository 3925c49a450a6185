"""The proof of the ledger: for each origin, recipients = rows = the sum over their states, and nothing contradicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, join, not_, or_, select
from sqlalchemy.orm import Session, aliased

from core.queries import results, steps
from core.tables.campaigns import Campaign, Origin
from core.tables.deliveries import Batch, Delivery
from core.tables.events import Engagement, EventRow
from core.tables.pacing import DailyLimit
from core.tables.results import KeptResult
from core.tables.steps import CampaignStep
from core.vocabulary import FINAL_STATES, CampaignState, DeliveryState, EventKind


@dataclass(frozen=True, slots=True)
class Offence:
    """Something that must not be: a code for `texts`, whom it concerns, and how many rows."""

    code: str
    subject: str
    rows: int


def offences(session: Session) -> list[Offence]:
    """Everything in the ledger that contradicts the rules; an empty list is the proof."""
    return [
        *_unsettled_in_finished(session),
        *_without_reason(session),
        *_reason_without_cause(session),
        *_batches_of_nothing(session),
        *_summaries(session),
        *_kept_results(session),
        *_over_the_limit(session),
        *_steps_of_nobody(session),
    ]


def totals(session: Session) -> dict[str, int]:
    """How many rows were looked at: origins, deliveries by state."""
    rows = session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
    counts = {f"deliveries.{row[0]}": row[1] for row in rows}
    return {"origins": session.scalar(select(func.count(Origin.id))) or 0, **counts}


def _unsettled_in_finished(session: Session) -> list[Offence]:
    """A campaign that is sent or whose cancelling is done has nobody in between."""
    final = [*FINAL_STATES, DeliveryState.IN_DOUBT]
    own = select(Campaign.id.label("campaign_id"), Campaign.origin_id).where(Campaign.origin_id.is_not(None))
    later = select(CampaignStep.campaign_id, CampaignStep.origin_id).where(CampaignStep.origin_id.is_not(None))
    ways = own.union_all(later).subquery()
    statement = (
        select(Campaign.id, func.count())
        .join(ways, ways.c.campaign_id == Campaign.id)
        .join(Delivery, Delivery.origin_id == ways.c.origin_id)
        .where(
            or_(
                Campaign.state == CampaignState.SENT,
                and_(Campaign.state == CampaignState.CANCELLED, Campaign.finished_at.is_not(None)),
            ),
            Delivery.state.not_in(final),
        )
        .group_by(Campaign.id)
    )
    return _named("unsettled_in_finished", "campaign", session.execute(statement).all())


def _without_reason(session: Session) -> list[Offence]:
    """Who was not sent to has a reason."""
    states = (DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.CANCELLED, DeliveryState.IN_DOUBT)
    return _by_origin(session, "without_reason", and_(Delivery.state.in_(states), Delivery.reason.is_(None)))


def _reason_without_cause(session: Session) -> list[Offence]:
    """Who was sent to has none, and was tried at least once."""
    sent = Delivery.state.in_((DeliveryState.SENT, DeliveryState.DELIVERED))
    wrong = or_(Delivery.reason.is_not(None), Delivery.attempt < 1, Delivery.settled_at.is_(None))
    return _by_origin(session, "sent_without_attempt", and_(sent, wrong))


def _batches_of_nothing(session: Session) -> list[Offence]:
    """What is claimed or on the wire belongs to a batch, or nobody would bring it back."""
    held = exists().where(Batch.origin_id == Delivery.origin_id)
    states = (DeliveryState.CLAIMED, DeliveryState.SENDING)
    return _by_origin(session, "held_by_nobody", and_(Delivery.state.in_(states), ~held))


def _summaries(session: Session) -> list[Offence]:
    """The engagement of each delivery equals its events, as long as these have not been deleted for their age."""
    people = EventRow.actor != "machine"
    clicks = func.count().filter(EventRow.kind == EventKind.CLICKED, people)
    reads = func.count().filter(EventRow.kind == EventKind.OPENED, people)
    counted = (
        select(EventRow.delivery_id, clicks.label("clicks"), reads.label("reads"))
        .where(EventRow.delivery_id.is_not(None))
        .group_by(EventRow.delivery_id)
        .cte("counted")
    )
    same = and_(
        func.coalesce(counted.c.clicks, 0) == func.coalesce(Engagement.clicks, 0),
        func.coalesce(counted.c.reads, 0) == func.coalesce(Engagement.reads, 0),
    )
    statement = (
        select(Engagement.origin_id, func.count())
        .select_from(join(Engagement, counted, counted.c.delivery_id == Engagement.delivery_id, full=True))
        .outerjoin(Origin, Origin.id == Engagement.origin_id)
        .where(not_(same), func.coalesce(Origin.events_summed_up_to, 0) == 0)
        .group_by(Engagement.origin_id)
    )
    return _named("summary_differs", "origin", session.execute(statement).all())


def _kept_results(session: Session) -> list[Offence]:
    """What was kept of a campaign equals its deliveries; what has moved while they are counted is not shown either."""
    kept = select(Campaign).join(KeptResult, KeptResult.campaign_id == Campaign.id).order_by(Campaign.id)
    found = []
    for campaign in session.scalars(kept).all():
        origin_ids = steps.origins(session, campaign)
        revision = results.revision(session, origin_ids)
        shown = results.kept(session, campaign, revision)
        counted = results.counted(session, origin_ids)
        if shown is not None and set(shown) != set(counted) and revision == results.revision(session, origin_ids):
            found.append(Offence("kept_result_differs", f"campaign:{campaign.id}", 1))
    return found


def _over_the_limit(session: Session) -> list[Offence]:
    statement = select(DailyLimit.day, DailyLimit.taken).where(DailyLimit.taken > DailyLimit.ceiling)
    return _named("over_the_limit", "day", session.execute(statement).all())


def _steps_of_nobody(session: Session) -> list[Offence]:
    """A later step was taken for somebody of the step before: the recipients of a campaign are those of step 0."""
    earlier = aliased(CampaignStep)
    origin_before = func.coalesce(
        select(earlier.origin_id)
        .where(earlier.campaign_id == CampaignStep.campaign_id, earlier.step == CampaignStep.step - 1)
        .scalar_subquery(),
        Campaign.origin_id,
    )
    before = aliased(Delivery)
    known = exists().where(before.origin_id == origin_before, before.contact_id == Delivery.contact_id)
    statement = (
        select(CampaignStep.campaign_id, func.count())
        .join(Campaign, Campaign.id == CampaignStep.campaign_id)
        .join(Delivery, Delivery.origin_id == CampaignStep.origin_id)
        .where(or_(~known, Delivery.step != CampaignStep.step))
        .group_by(CampaignStep.campaign_id)
    )
    return _named("step_of_nobody", "campaign", session.execute(statement).all())


def _by_origin(session: Session, code: str, condition: ColumnElement[bool]) -> list[Offence]:
    statement = select(Delivery.origin_id, func.count()).where(condition).group_by(Delivery.origin_id)
    return _named(code, "origin", session.execute(statement).all())


def _named(code: str, noun: str, rows: Sequence[Any]) -> list[Offence]:
    return [Offence(code, f"{noun}:{subject}", int(count)) for subject, count in rows]
