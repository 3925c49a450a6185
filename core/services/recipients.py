"""Turning a launched campaign's audience into deliveries, a chunk a transaction, and bringing it to its end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Exists, and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.database import Sessions
from core.ports import Channels, ConsentPress
from core.queries import campaigns as queries
from core.queries import consent as asked
from core.queries import gates, leases, preparing, segments
from core.queries import settings as business
from core.queries import steps as steps_queries
from core.queries.bell import ring
from core.queries.capping import cap_for
from core.queries.foreign_keys import taken_for_granted
from core.queries.spans import Span
from core.rules.campaigns import next_state
from core.services import asking, copies, steps
from core.services.fitting import traits_for
from core.tables.campaigns import Campaign, Origin
from core.tables.contents import ContentRow
from core.tables.deliveries import Batch, Delivery
from core.vocabulary import CampaignAction as A
from core.vocabulary import CampaignState, DeliveryState, GateScope, OriginKind, Reason

FIRST_CHUNK = 2_000
"""Small, so that the first message leaves while the rest is prepared."""
CHUNK = 50_000
LEASE_SECONDS = 60


@dataclass(slots=True)
class Care:
    """Whether an address was met that several of the chosen have: until then nobody looks before each row."""

    needed: bool = False


def prepare(
    sessions: Sessions,
    campaign_id: int,
    *,
    channels: Channels,
    holder: str,
    clock: Callable[[], datetime],
    stop: Callable[[], bool],
    press: ConsentPress | None,
) -> bool:
    """Give every chosen contact its delivery; one transaction a chunk, so it may end anywhere and go on.

    With `press` those who lack nothing but consent are asked for it, and their deliveries wait for the answer; None
    where nobody can be asked.
    A cancelled campaign's remaining contacts get `cancelled` rows, so that nobody chosen is without one.
    Returns whether preparation is complete; False if `stop` asked to end, or another worker is at it.
    """
    lease = f"prepare:{campaign_id}"
    with sessions.begin() as session:
        if not leases.acquire(session, lease, holder, LEASE_SECONDS):
            return False
    care = Care()
    try:
        while not stop():
            if _prepare_chunk(sessions, campaign_id, lease, holder, clock(), channels=channels, press=press, care=care):
                return True
        return False
    finally:
        with sessions.begin() as session:
            leases.release(session, lease, holder)
            ring(session)


def cancel_rest(sessions: Sessions, campaign_id: int) -> bool:
    """Cancel a chunk of what has not begun to be sent, and ring for the next; returns whether any was left."""
    with sessions.begin() as session:
        campaign = queries.get(session, campaign_id)
        waiting = (DeliveryState.PENDING, DeliveryState.AWAITING_CONSENT)
        some = (
            select(Delivery.id)
            .where(Delivery.origin_id.in_(steps_queries.origins(session, campaign)), Delivery.state.in_(waiting))
            .limit(CHUNK)
            .with_for_update(skip_locked=True)
            .cte("some")
        )
        cancelled = session.execute(
            update(Delivery)
            .where(Delivery.id == some.c.id)
            .values(state=DeliveryState.CANCELLED, reason=Reason.CANCELLED, due_at=None)
        )
        session.execute(asked.call_back(campaign_id))
        copies.cancel(session, campaign_id)
        if cancelled.rowcount:  # type: ignore[attr-defined]  # an update's result has one
            ring(session)
        return bool(cancelled.rowcount)  # type: ignore[attr-defined]  # an update's result has one


def finish_if_done(sessions: Sessions, campaign_id: int, now: datetime) -> bool:
    """Move a prepared campaign of which nothing waits any more to its end; returns whether it is there."""
    with sessions.begin() as session:
        campaign = queries.locked(session, campaign_id)
        if campaign.state not in (CampaignState.SENDING, CampaignState.CANCELLED) or campaign.prepared_at is None:
            return campaign.state == CampaignState.SENT
        origin_ids = steps_queries.origins(session, campaign)
        held = (Batch.origin_id.in_(origin_ids), Batch.lease_until > func.clock_timestamp())
        under_way = session.scalar(select(exists().where(*held)))
        if under_way or any(session.scalar(select(unsettled(origin_id))) for origin_id in origin_ids):
            return False
        if campaign.state == CampaignState.SENDING and not steps.are_through(session, campaign, now):
            return False
        if campaign.state == CampaignState.SENDING:
            campaign.state = next_state(campaign.state, A.FINISH)
        campaign.finished_at = now
        session.execute(update(Origin).where(_ours(campaign, origin_ids)).values(open=False))
        gates.open_again(session, GateScope.CAMPAIGN, str(campaign_id))
        for origin_id in origin_ids[1:]:
            gates.open_again(session, GateScope.STEP, str(origin_id))
        return True


def _ours(campaign: Campaign, origin_ids: list[int]) -> ColumnElement[bool]:
    """Its origins, and that of its requests for consent, unless another campaign waits for some that have not left."""
    asking = and_(Origin.campaign_id == campaign.id, Origin.kind == OriginKind.CONSENT)
    return or_(Origin.id.in_(origin_ids), and_(asking, ~exists().where(*_waits_in(Origin.id)).correlate(Origin)))


def unsettled(origin_id: int | None) -> Exists:
    """Whether something of this origin waits or is under way."""
    return exists().where(*_waits_in(origin_id))


def _waits_in(origin_id: int | InstrumentedAttribute[int] | None) -> tuple[ColumnElement[bool], ...]:
    states = (DeliveryState.PENDING, DeliveryState.AWAITING_CONSENT, DeliveryState.CLAIMED, DeliveryState.SENDING)
    return Delivery.origin_id == origin_id, Delivery.state.in_(states)


def _prepare_chunk(
    sessions: Sessions,
    campaign_id: int,
    lease: str,
    holder: str,
    now: datetime,
    *,
    channels: Channels,
    press: ConsentPress | None,
    care: Care,
) -> bool:
    with sessions.begin() as session:
        campaign = queries.locked(session, campaign_id)
        if campaign.prepared_at is not None:
            return True
        if not leases.renew(session, lease, holder, LEASE_SECONDS):
            return True
        size = CHUNK if campaign.prepared_up_to else FIRST_CHUNK
        upto = session.scalar(preparing.end_of_chunk(campaign.prepared_up_to, size))
        if upto is None:
            campaign.prepared_at = now
            ring(session)
            return True
        content = session.get_one(ContentRow, campaign.content_id)
        cancelled = campaign.state == CampaignState.CANCELLED
        traits = traits_for(channels, campaign.channel, content)
        after = campaign.prepared_up_to
        segments.plan_for_all(session)
        asks = None if press is None else asking.askable(session, campaign, channels)
        chunk = partial(
            preparing.prepare_chunk,
            campaign,
            content.required,
            after,
            upto,
            now,
            cancelled=cancelled,
            traits=traits,
            consent_days=int(business.value(session, "consent_days")),
            asking=asks,
            cap=cap_for(session, campaign.purpose, campaign.settings),
        )
        session.execute(preparing.hold_origin(campaign.origin_id))
        with taken_for_granted(session, "deliveries"):
            _insert(session, chunk, care)
        if press is not None and asks is not None and not cancelled:
            asking.ask_waiting(session, campaign, Span(after, upto), press, now)
        if campaign.prepared_up_to == 0:
            ring(session)
        campaign.prepared_up_to = upto
        return False


def _insert(session: Session, chunk: Callable[..., Insert], care: Care) -> None:
    if not care.needed:
        try:
            with session.begin_nested():
                session.execute(chunk(shared=False))
        except IntegrityError:
            care.needed = True
        else:
            return
    session.execute(chunk(shared=True))
