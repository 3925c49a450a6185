"""What a provider reports of a message that it had taken, where it says more than that it failed.

The event of such a report holds `reason` in its details: a word of our own, or nothing if it may be tried again.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, Select, SmallInteger, and_, case, exists, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

from core.queries import bounces as queries
from core.queries import gates, settings, suppressions
from core.queries.campaigns import is_of
from core.rules.bounces.lasting import SOFT
from core.rules.manner import Manner
from core.services import bounces
from core.tables.campaigns import Campaign, Origin
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.vocabulary import (
    BounceClass,
    CampaignState,
    DeliveryState,
    EventKind,
    GateScope,
    Reason,
    SuppressionList,
)

TRIES = 3
WAIT = timedelta(minutes=15)
PASSING = (BounceClass.TRANSIENT, BounceClass.RATE)


def reason() -> ColumnElement[str]:
    """The last report's word for it; else that the other side refused."""
    told = func.nullif(_last(EventRow.details["reason"].astext).scalar_subquery(), "")
    return func.coalesce(told, literal(Reason.RECIPIENT_SERVER_REFUSED.value))


def current() -> ColumnElement[bool]:
    """Whether an event speaks of its delivery's last attempt; one that names no attempt does."""
    return func.coalesce(EventRow.details["attempt"].astext.cast(SmallInteger), Delivery.attempt) >= Delivery.attempt


async def retry(connection: AsyncConnection, delivery_ids: list[int]) -> None:
    """What the provider itself says did not arrive, and may later: it waits, a few times, while its origin is open.

    That is no blind resending: the report says that this attempt is over. It may come before our own record that
    the provider has taken the message, which moves nothing then (see core.queries.deliveries).
    """
    passing = _last(EventRow.bounce).scalar_subquery().in_(PASSING)
    told = _last(EventRow.details["reason"].astext).scalar_subquery() == ""
    still_open = exists().where(Origin.id == Delivery.origin_id, Origin.open)
    await connection.execute(
        update(Delivery)
        .where(Delivery.id.in_(delivery_ids), Delivery.attempt < TRIES, passing, told, still_open)
        .where(Delivery.state.in_((DeliveryState.SENT, DeliveryState.IN_DOUBT, DeliveryState.SENDING)))
        .values(state=DeliveryState.PENDING, reason=Reason.RETRY_LATER, due_at=func.now() + WAIT, settled_at=None)
    )


async def draw(connection: AsyncConnection, delivery_ids: list[int]) -> None:
    """Keep dead addresses out of later campaigns, and pause a campaign whose text the carriers filter."""
    await _blacklist(connection, delivery_ids)
    await _suppress(connection, delivery_ids, SuppressionList.UNSUBSCRIBED, (Reason.OPTED_OUT_BY_KEYWORD,))
    concerned = (
        select(Delivery.origin_id)
        .where(Delivery.id.in_(delivery_ids), Delivery.reason == Reason.CARRIER_FILTERED)
        .distinct()
    )
    origins = (await connection.scalars(concerned)).all()
    if not origins:
        return
    most = int(await connection.scalar(settings.stored(Manner.FILTERED)) or settings.DEFAULTS[Manner.FILTERED])
    for origin_id in origins:
        if (await connection.scalar(_filtered(origin_id)) or 0) >= most:
            await _pause(connection, origin_id)


async def _blacklist(connection: AsyncConnection, delivery_ids: list[int]) -> None:
    """At once where the last report says that the address is dead; else where it has come to too many."""
    dead = set((await connection.scalars(_of_last_bounce(delivery_ids, queries.dead()))).all())
    if dead:
        await bounces.blacklist(connection, sorted(dead))
    soft = _of_last_bounce(delivery_ids, EventRow.bounce.in_(SOFT))
    counted = [one for one in (await connection.scalars(soft)).all() if one not in dead]
    if counted:
        await bounces.count_soft(connection, counted)


def _of_last_bounce(delivery_ids: list[int], condition: ColumnElement[bool]) -> Select[int]:
    judged = _last(case((condition, "yes"), else_="no")).scalar_subquery()
    return select(Delivery.id).where(Delivery.id.in_(delivery_ids), judged == "yes").order_by(Delivery.id)


async def _suppress(
    connection: AsyncConnection, delivery_ids: list[int], name: SuppressionList, why: tuple[Reason, ...]
) -> None:
    failed = (Delivery.state == DeliveryState.FAILED, Delivery.reason.in_(why))
    await connection.execute(suppressions.put_on(name, Delivery.id.in_(delivery_ids), *failed, source="report"))


def _filtered(origin_id: int) -> Select[int]:
    of_origin = and_(Delivery.id == EventRow.delivery_id, Delivery.origin_id == origin_id)
    return (
        select(func.count())
        .select_from(EventRow)
        .join(Delivery, of_origin)
        .where(EventRow.kind == EventKind.BOUNCED, Delivery.reason == Reason.CARRIER_FILTERED)
    )


async def _pause(connection: AsyncConnection, origin_id: int) -> None:
    paused = (
        update(Campaign)
        .where(is_of(origin_id), Campaign.state == CampaignState.SENDING)
        .values(state=CampaignState.PAUSED, paused_why="carrier_filtered", paused_by="system")
        .returning(Campaign.id)
    )
    for campaign_id in (await connection.scalars(paused)).all():
        closed = gates.closing(GateScope.CAMPAIGN, str(campaign_id), reason="carrier_filtered", by="system")
        await connection.execute(closed)


def _last(column: ColumnElement[str] | InstrumentedAttribute[str | None]) -> Select[str | None]:
    """Of the last report of failure about a delivery's last attempt."""
    return (
        select(column)
        .where(EventRow.delivery_id == Delivery.id, EventRow.kind == EventKind.BOUNCED, current())
        .order_by(EventRow.id.desc())
        .limit(1)
        .correlate(Delivery)
    )
