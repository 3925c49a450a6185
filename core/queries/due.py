"""What there is to do: asked by the scheduler at every tick, and cheap because only what is open is looked at."""

from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from core.queries import pacing
from core.queries.claims import fresh
from core.queries.gates import barred_origins
from core.queries.liveness import is_dead
from core.queries.relays import has_own
from core.tables.campaigns import Campaign, Origin
from core.tables.deliveries import Delivery
from core.tables.imports import Import
from core.tables.leases import Lease
from core.tables.steps import CampaignStep
from core.vocabulary import CHANNEL_EMAIL, CampaignState, DeliveryState, ImportState, OriginKind


def campaigns_to_launch(session: Session, now: datetime) -> list[int]:
    """Scheduled campaigns whose time has come, the earliest first."""
    come = (Campaign.state == CampaignState.SCHEDULED, Campaign.schedule_at <= now)
    return list(session.scalars(select(Campaign.id).where(*come).order_by(Campaign.schedule_at, Campaign.id)))


def scheduled_until(session: Session, now: datetime) -> list[tuple[str, datetime]]:
    """Name and time of each campaign that is to be launched by now and is not yet."""
    come = (Campaign.state == CampaignState.SCHEDULED, Campaign.schedule_at <= now)
    found = select(Campaign.name, Campaign.schedule_at).where(*come).order_by(Campaign.schedule_at, Campaign.id)
    return [(name, at) for name, at in session.execute(found) if at is not None]


def campaigns_to_prepare(session: Session) -> list[int]:
    """Launched or cancelled campaigns whose audience does not have all its deliveries yet."""
    unprepared = (
        Campaign.origin_id.is_not(None),
        Campaign.prepared_at.is_(None),
        Campaign.state.in_((CampaignState.SENDING, CampaignState.PAUSED, CampaignState.CANCELLED)),
    )
    free = ~exists().where(Lease.name == func.concat("prepare:", Campaign.id), Lease.expires_at > func.now())
    return list(session.scalars(select(Campaign.id).where(*unprepared, free).order_by(Campaign.id)))


def campaigns_to_begin(session: Session) -> list[int]:
    """Of the campaigns to prepare those that send and have no deliveries yet."""
    new = (Campaign.prepared_up_to == 0, Campaign.state == CampaignState.SENDING)
    return [*session.scalars(select(Campaign.id).where(Campaign.id.in_(campaigns_to_prepare(session)), *new))]


def campaigns_to_cancel(session: Session) -> list[int]:
    return list(
        session.scalars(
            select(Campaign.id).where(
                Campaign.state == CampaignState.CANCELLED,
                Campaign.finished_at.is_(None),
                Campaign.origin_id.is_not(None),
            )
        )
    )


def campaigns_to_finish(session: Session) -> list[int]:
    """Prepared campaigns that send, have nothing fresh left behind their cursor, and might be done."""
    return list(
        session.scalars(
            select(Campaign.id)
            .join(Origin, Origin.id == Campaign.origin_id)
            .where(Campaign.state == CampaignState.SENDING, Campaign.prepared_at.is_not(None))
            .where(~_work(None), ~_awaiting(), ~_on_the_way())
        )
    )


def channels_to_drain(session: Session, now: datetime) -> list[str]:
    """Channels with an open origin in which something may be claimed now and no gate bars the way."""
    statement = select(Origin.channel).where(Origin.open, _work(now)).distinct()
    channels = list(session.scalars(statement))
    used_up = _used_up(session, now)
    some = (select(Origin.id).where(*_may_go(channel, now, used_up)).limit(1) for channel in channels)
    return [channel for channel, one in zip(channels, some, strict=True) if session.scalar(one) is not None]


def lanes(session: Session, channel: str, now: datetime) -> list[int | None]:
    """By whose servers something may go now: senders that have their own, and None for those of the installation."""
    lane = case((has_own(Origin.sender_id), Origin.sender_id))
    return list(session.scalars(select(lane).where(*_may_go(channel, now, _used_up(session, now))).distinct()))


def answers_wait(session: Session, channel: str, now: datetime) -> bool:
    """Whether an operator's answer to a customer is to be carried on the channel."""
    theirs = (Origin.kind == OriginKind.REPLY, Origin.channel == channel, Origin.open)
    return session.scalar(select(Origin.id).where(*theirs, _work(now)).limit(1)) is not None


def imports_to_run(session: Session) -> list[int]:
    """Imports that wait for a worker, or whose worker died."""
    waiting = (ImportState.CHECKING, ImportState.APPLYING)
    free = ~exists().where(Lease.name == func.concat("import:", Import.id), Lease.expires_at > func.now())
    return list(session.scalars(select(Import.id).where(Import.state.in_(waiting), free).order_by(Import.id)))


def _used_up(session: Session, now: datetime) -> set[str]:
    """The scopes of the daily limit that have no slot left today."""
    return set(session.scalars(pacing.used_up(pacing.today(session, now))))


def _work(now: datetime | None) -> ColumnElement[bool]:
    """Something fresh, or something whose time has come (at any time, without `now`)."""
    in_origin = Delivery.origin_id == Origin.id
    some_fresh = exists().where(in_origin, Delivery.id > Origin.claimed_up_to, fresh()).correlate(Origin)
    come = Delivery.due_at.is_not(None) if now is None else Delivery.due_at <= now
    some_due = exists().where(in_origin, come, Delivery.state == DeliveryState.PENDING).correlate(Origin)
    return or_(some_due, some_fresh)


def _awaiting() -> ColumnElement[bool]:
    """Someone's consent is waited for; such deliveries have a time, and are found by it."""
    waits = (Delivery.due_at.is_not(None), Delivery.state == DeliveryState.AWAITING_CONSENT)
    return exists().where(Delivery.origin_id == Origin.id, *waits).correlate(Origin)


def _on_the_way() -> ColumnElement[bool]:
    """A later step may still be needed by somebody."""
    return exists().where(CampaignStep.campaign_id == Campaign.id, CampaignStep.through_at.is_(None))


def _may_go(channel: str, now: datetime, used_up: set[str]) -> tuple[ColumnElement[bool], ...]:
    """Origins with work whose way no gate bars, and for which the day has a slot."""
    free = (Origin.channel == channel, Origin.open.is_(True), _work(now), Origin.id.not_in(barred_origins(channel)))
    if channel != CHANNEL_EMAIL:
        return free
    slots = (func.concat("sender:", Origin.sender_id).not_in(used_up), literal(pacing.ACCOUNT).not_in(used_up))
    return (*free, *slots)


def free_slots(session: Session, channel: str, slots: int) -> int:
    """How many more drains of the channel may fly."""
    held = select(func.count()).where(
        Lease.name.startswith(f"drain:{channel}:", autoescape=True),
        Lease.expires_at > func.clock_timestamp(),
        ~is_dead(Lease.holder),
    )
    return max(0, slots - (session.scalar(held) or 0))
