"""Turning whom a campaign is for into deliveries, chunk by chunk: each chosen contact gets one row."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CTE, DateTime, Select, and_, case, false, func, literal, null, or_, select
from sqlalchemy.dialects.postgresql import Insert, insert

from core.ports import Traits
from core.queries.audience import Leg, Value, chosen_by, reason_of, waits
from core.queries.eligibility import CONSENT_OPEN_DAYS, live_identity
from core.queries.spans import Span
from core.rules.capping import Cap
from core.tables.campaigns import Campaign, Origin
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Delivery
from core.vocabulary import DeliveryState, Reason

COLUMNS = (
    "origin_id",
    "content_id",
    "channel",
    "step",
    "contact_id",
    "identity_id",
    "state",
    "reason",
    "address_key",
    "due_at",
)


def end_of_chunk(after: int, size: int) -> Select[int | None]:
    """The contact id that ends the next chunk of `size` contacts; null when there are none left."""
    chunk = select(Contact.id).where(Contact.id > after).order_by(Contact.id).limit(size).subquery()
    return select(func.max(chunk.c.id))


def hold_origin(origin_id: int | None) -> Select[int]:
    """What all the deliveries point to, locked until the transaction ends as each of them would lock it."""
    return select(Origin.id).where(Origin.id == origin_id).with_for_update(read=True, key_share=True)


def prepare_chunk(
    campaign: Campaign,
    required: Sequence[str],
    after: int,
    upto: int,
    now: datetime,
    *,
    cancelled: bool,
    traits: Traits | None = None,
    consent_days: int = CONSENT_OPEN_DAYS,
    asking: Traits | None = None,
    cap: Cap | None = None,
    shared: bool = True,
) -> Insert:
    """Deliveries for the chosen contacts with ids in (after, upto]; running it twice adds nothing.

    Where people can be asked for consent, those who lack nothing else wait for it; `asking` is what holds for such a
    request: by words it may go only while the channel's window is open. Of contacts that share an
    address the first gets the message, the others `duplicate_address`: that is what the first of the two inserts
    finds out, by a look at the index before each row. Not `shared` it looks for nothing, takes a fifth less, and fails
    where somebody has a row already, or an address is not one person's alone.
    """
    span = Span(after, upto)
    reason: Value = literal(Reason.CANCELLED.value)
    waiting: Value = false()
    if not cancelled:
        reason = reason_of(campaign, required, now, consent_days, span, traits=traits, cap=cap)
        waiting = false() if asking is None else waits(campaign, required, reason, now, span, asking=asking)
    leg = Leg(campaign.channel, campaign.purpose, campaign.consent_required, campaign.origin_id, campaign.content_id)
    until = now + timedelta(days=consent_days)
    return deliveries_for(
        leg, _chosen_within(campaign, span, reason, waiting), until=until, cancelled=cancelled, shared=shared
    )


def deliveries_for(
    leg: Leg, chosen: CTE, *, until: datetime | None = None, cancelled: bool = False, shared: bool = True
) -> Insert:
    """Rows for the `chosen` contacts of a leg, in two inserts (see `prepare_chunk`).

    The CTE has `contact_id`, `identity_id`, `address_key`, `reason`, and who `waits` for consent, `until` when.
    """
    waits = chosen.c.waits
    state = case((waits, DeliveryState.AWAITING_CONSENT.value), else_=DeliveryState.PENDING.value)
    due = case((waits, literal(until, DateTime(timezone=True))))
    free = _deliveries(leg, chosen, state=state, reason=chosen.c.reason, key=chosen.c.address_key, due=due)
    first = free.where(or_(chosen.c.reason.is_(None), waits)).order_by(waits, chosen.c.contact_id)
    taken = insert(Delivery).from_select(COLUMNS, first)
    taken = taken.on_conflict_do_nothing() if shared else taken
    sent = taken.returning(Delivery.contact_id).cte("sent")
    refused = DeliveryState.CANCELLED if cancelled else DeliveryState.SKIPPED
    why = func.coalesce(case((waits, null()), else_=chosen.c.reason), literal(Reason.DUPLICATE_ADDRESS.value))
    rest = _deliveries(leg, chosen, state=literal(refused.value), reason=why, key=null(), due=null())
    left = ~select(sent.c.contact_id).where(sent.c.contact_id == chosen.c.contact_id).exists()
    others = insert(Delivery).from_select(COLUMNS, rest.where(left).order_by(chosen.c.contact_id))
    return others.on_conflict_do_nothing(index_elements=["origin_id", "contact_id", "step"])


def _chosen_within(campaign: Campaign, span: Span, reason: Value, waits: Value) -> CTE:
    assert campaign.audience is not None
    return (
        select(
            Contact.id.label("contact_id"),
            Identity.id.label("identity_id"),
            Identity.address_key.label("address_key"),
            reason.label("reason"),
            waits.label("waits"),
        )
        .select_from(Contact)
        .outerjoin(Identity, and_(live_identity(campaign.channel), *span.holds(Identity.contact_id)))
        .where(*span.holds(Contact.id), chosen_by(campaign.audience, span))
        .cte("chosen")
        .prefix_with("MATERIALIZED")
    )


def _deliveries(leg: Leg, chosen: CTE, *, state: Value, reason: Value, key: Value, due: Value) -> Select[Any]:
    """Rows in the order of COLUMNS."""
    return select(
        literal(leg.origin_id),
        literal(leg.content_id),
        literal(leg.channel),
        literal(leg.step),
        chosen.c.contact_id,
        chosen.c.identity_id,
        state,
        reason,
        key,
        due,
    )
