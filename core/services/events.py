"""The one door for what is learnt after a message left: append the event, then move what it concerns."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, BigInteger, ScalarSelect, and_, bindparam, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.messages import Event
from core.queries import consent, results, revisions, suppressions
from core.services import late
from core.services.inbound import understood
from core.tables.consent import Consent
from core.tables.deliveries import Delivery
from core.tables.events import Engagement, EventRow
from core.vocabulary import Actor, DeliveryState, EventKind, Purpose, SuppressionList

ENGAGING = (EventKind.OPENED, EventKind.CLICKED, EventKind.REPLIED, EventKind.UNSUBSCRIBED, EventKind.COMPLAINED)
ACCEPTED = (DeliveryState.SENT, DeliveryState.DELIVERED)
REPORTS = (EventKind.BOUNCED, EventKind.DELIVERED)
"""What may change the result of a delivery that was settled."""


async def record(connection: AsyncConnection, events: Sequence[Event]) -> int:
    """Append events in the caller's transaction and draw their consequences; returns how many were new.

    An event that is known already (same provider and key) changes nothing. A machine's opens and clicks are kept
    and not counted; a report of an earlier attempt is kept and moves nothing. Unsubscribing and complaining suppress;
    a bounce turns `sent` into `failed`, and suppresses what it says is dead. What is only delayed moves nothing.
    """
    if not events:
        return 0
    events = await understood(connection, events)
    appended = insert(EventRow).on_conflict_do_nothing(index_elements=["provider", "key"])
    result = await connection.execute(
        appended.returning(EventRow.id, EventRow.kind, EventRow.delivery_id), [_row(event) for event in events]
    )
    new = result.all()
    ids = [row.id for row in new if row.delivery_id is not None and row.kind in ENGAGING]
    if ids:
        await connection.execute(_summed(ids))
    reported = [row.delivery_id for row in new if row.delivery_id is not None and row.kind in REPORTS]
    if reported:
        await connection.execute(results.moved(reported))
    earlier = await _of_earlier_attempts(connection, events, [row.id for row in new])
    for kind, draw in CONSEQUENCES.items():
        concerned = [
            row.delivery_id for row in new if row.kind == kind and row.delivery_id is not None and row.id not in earlier
        ]
        if concerned:
            await draw(connection, concerned)
    return len(new)


async def _of_earlier_attempts(connection: AsyncConnection, events: Sequence[Event], ids: list[int]) -> set[int]:
    """Asked only where events name their attempt: most channels tell all at once, or of a message they name."""
    if not any("attempt" in event.details for event in events):
        return set()
    of_events = select(EventRow.id).join(Delivery, Delivery.id == EventRow.delivery_id)
    return set((await connection.scalars(of_events.where(EventRow.id.in_(ids), ~late.current()))).all())


async def _unsubscribe(connection: AsyncConnection, delivery_ids: list[int]) -> None:
    """Off this channel and no other; the consent is withdrawn by the same act."""
    await connection.execute(_suppressed(delivery_ids, SuppressionList.UNSUBSCRIBED, whole_contact=False))
    withdrawn = select(
        Delivery.contact_id,
        Delivery.identity_id,
        Delivery.channel,
        literal(Purpose.MARKETING.value),
        literal(False),
        func.coalesce(_way_of_leaving(), "link"),
        func.now(),
    ).where(Delivery.id.in_(delivery_ids), Delivery.contact_id.is_not(None))
    columns = ["contact_id", "identity_id", "channel", "purpose", "given", "way", "at"]
    await connection.execute(insert(Consent).from_select(columns, withdrawn))
    await connection.execute(consent.withdraw(delivery_ids))
    await connection.execute(consent.end_withdrawn(delivery_ids))
    await connection.execute(revisions.moved())


def _way_of_leaving() -> ScalarSelect[str]:
    """The way that the event tells, where one does; by a link otherwise."""
    told = EventRow.details["way"].astext
    here = (EventRow.delivery_id == Delivery.id, EventRow.kind == EventKind.UNSUBSCRIBED)
    return select(told).where(*here).order_by(EventRow.id.desc()).limit(1).correlate(Delivery).scalar_subquery()


async def _complain(connection: AsyncConnection, delivery_ids: list[int]) -> None:
    """Every marketing channel of that contact, and that address for ever."""
    await connection.execute(_suppressed(delivery_ids, SuppressionList.COMPLAINTS, whole_contact=False))
    await connection.execute(_suppressed(delivery_ids, SuppressionList.COMPLAINTS, whole_contact=True))
    await connection.execute(revisions.moved())


async def _accept(connection: AsyncConnection, delivery_ids: list[int]) -> None:
    """The provider has it: no longer in doubt. What was settled already stays as it is."""
    unsettled = Delivery.state.in_((DeliveryState.IN_DOUBT, DeliveryState.SENDING))
    await connection.execute(
        update(Delivery)
        .where(Delivery.id.in_(delivery_ids), unsettled)
        .values(state=DeliveryState.SENT, reason=None, settled_at=func.now())
    )


async def _bounce(connection: AsyncConnection, delivery_ids: list[int]) -> None:
    """A late bounce counts: `failed` ranks over `sent` and `delivered`; one may even be faster than our own record."""
    await late.retry(connection, delivery_ids)
    on_its_way = Delivery.state.in_((*ACCEPTED, DeliveryState.IN_DOUBT, DeliveryState.SENDING))
    await connection.execute(
        update(Delivery)
        .where(Delivery.id.in_(delivery_ids), on_its_way)
        .values(
            state=DeliveryState.FAILED,
            reason=late.reason(),
            settled_at=func.coalesce(Delivery.settled_at, func.now()),
        )
    )
    await late.draw(connection, delivery_ids)


async def _deliver(connection: AsyncConnection, delivery_ids: list[int]) -> None:
    earlier = Delivery.state.in_((DeliveryState.SENT, DeliveryState.IN_DOUBT, DeliveryState.SENDING))
    await connection.execute(
        update(Delivery)
        .where(Delivery.id.in_(delivery_ids), earlier)
        .values(state=DeliveryState.DELIVERED, reason=None)
    )


CONSEQUENCES = {
    EventKind.UNSUBSCRIBED: _unsubscribe,
    EventKind.COMPLAINED: _complain,
    EventKind.ACCEPTED: _accept,
    EventKind.BOUNCED: _bounce,
    EventKind.DELIVERED: _deliver,
}


def _summed(event_ids: list[int]) -> Insert:
    """Add new events to the engagement of their deliveries; a click implies that the letter was read."""
    person = EventRow.actor != Actor.MACHINE
    opened, clicked = and_(EventRow.kind == EventKind.OPENED, person), and_(EventRow.kind == EventKind.CLICKED, person)
    first = func.min(EventRow.at)
    new = (
        select(
            EventRow.delivery_id,
            Delivery.origin_id,
            Delivery.contact_id,
            first.filter(or_(opened, clicked)).label("read_at"),
            first.filter(clicked).label("clicked_at"),
            first.filter(EventRow.kind == EventKind.REPLIED).label("replied_at"),
            first.filter(EventRow.kind == EventKind.UNSUBSCRIBED).label("unsubscribed_at"),
            first.filter(EventRow.kind == EventKind.COMPLAINED).label("complained_at"),
            func.count().filter(opened).label("reads"),
            func.count().filter(clicked).label("clicks"),
        )
        .join(Delivery, Delivery.id == EventRow.delivery_id)
        .where(EventRow.id == func.any(bindparam("event_ids", event_ids, ARRAY(BigInteger))))
        .group_by(EventRow.delivery_id, Delivery.origin_id, Delivery.contact_id)
        .order_by(EventRow.delivery_id)
    )
    times = ("read_at", "clicked_at", "replied_at", "unsubscribed_at", "complained_at")
    whose = ("delivery_id", "origin_id", "contact_id")
    statement = insert(Engagement).from_select([*whose, *times, "reads", "clicks"], new)
    fresh = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["delivery_id"],
        set_={
            **{name: func.least(getattr(Engagement, name), fresh[name]) for name in times},
            "reads": Engagement.reads + fresh.reads,
            "clicks": Engagement.clicks + fresh.clicks,
        },
    )


def _suppressed(delivery_ids: list[int], name: SuppressionList, *, whole_contact: bool) -> Insert:
    named = Delivery.id.in_(delivery_ids)
    return suppressions.put_on(name, named, source=_source(name), whole_contact=whole_contact)


def _source(name: SuppressionList) -> str:
    return "link" if name is SuppressionList.UNSUBSCRIBED else "report"


def _row(event: Event) -> dict[str, object]:
    details = dict(event.details)
    return {
        "kind": event.kind,
        "provider": event.provider,
        "key": event.key,
        "delivery_id": event.delivery_id,
        "link_id": event.link_id,
        "actor": details.pop("actor", Actor.UNKNOWN),
        "actor_rule": details.pop("actor_rule", None),
        "bounce": event.bounce,
        "details": details,
        "at": event.at,
    }
