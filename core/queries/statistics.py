"""Figures of a campaign, derived from its rows whenever they are shown."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.queries import campaigns, steps
from core.tables.campaigns import Origin
from core.tables.contents import Link
from core.tables.deliveries import Delivery
from core.tables.events import Engagement, EventRow
from core.tables.forgotten import ForgottenEvents
from core.tables.tallies import Tally
from core.vocabulary import Actor, DeliveryState, EventKind, Reason

LATER_SUPPRESSED = (
    Reason.ERASED,
    Reason.COMPLAINED,
    Reason.UNSUBSCRIBED,
    Reason.GENERAL_BLACKLIST,
    Reason.MARKETING_BLACKLIST,
    Reason.EXCLUDED,
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of recipients, but for `reads` and `clicks`, which count events of people."""

    recipients: int
    states: dict[DeliveryState, int]
    reasons: dict[Reason, int]
    """Of those that are failed, skipped, cancelled or wait."""
    accepted_ever: int
    """Accepted at least once, later bounces included: the base of every share."""
    read: int = 0
    clicks: int = 0
    reads: int = 0
    clickers: int = 0
    replied: int = 0
    unsubscribed: int = 0
    complained: int = 0
    prepared: bool = False
    errors: int = 0
    """Failed, in doubt, or skipped by a list that was filled after the launch: *sent with errors*."""
    first_sent_at: datetime | None = None
    last_sent_at: datetime | None = None

    @property
    def sent(self) -> int:
        return self.states.get(DeliveryState.SENT, 0) + self.states.get(DeliveryState.DELIVERED, 0)

    @property
    def waiting(self) -> int:
        return sum(self.states.get(state, 0) for state in UNSETTLED)

    def share(self, count: int) -> float | None:
        """Of those ever accepted; None where nobody was."""
        return count / self.accepted_ever if self.accepted_ever else None


SENT = (DeliveryState.SENT, DeliveryState.DELIVERED)
UNSETTLED = (
    DeliveryState.PENDING,
    DeliveryState.AWAITING_CONSENT,
    DeliveryState.CLAIMED,
    DeliveryState.SENDING,
)


@dataclass(frozen=True, slots=True)
class LinkFigures:
    url: str
    clicks: int
    clickers: int


@dataclass
class _Ledger:
    states: dict[DeliveryState, int] = field(default_factory=dict)
    reasons: dict[Reason, int] = field(default_factory=dict)
    recipients: int = 0
    accepted: int = 0
    errors: int = 0
    first: datetime | None = None
    last: datetime | None = None


def figures(session: Session, campaign_id: int) -> Figures:
    """All figures of a campaign at this moment; zeros before its launch."""
    campaign = campaigns.get(session, campaign_id)
    if campaign.origin_id is None:
        return Figures(0, {}, {}, 0)
    origin_ids = steps.origins(session, campaign)
    ledger = _ledger(session, origin_ids)
    return Figures(
        recipients=ledger.recipients,
        states=ledger.states,
        reasons=ledger.reasons,
        accepted_ever=ledger.accepted,
        errors=ledger.errors,
        prepared=campaign.prepared_at is not None,
        first_sent_at=ledger.first,
        last_sent_at=ledger.last,
        **_engagement(session, origin_ids),
    )


def links(session: Session, campaign_id: int) -> list[LinkFigures]:
    """Each link of the letter in its order, with clicks and unique clickers of people.

    Tests and other campaigns may have sent the same letter: their clicks are not this campaign's.
    """
    campaign = campaigns.get(session, campaign_id)
    origin_ids = steps.origins(session, campaign)
    forgotten = _forgotten(session, origin_ids)
    ours = select(Delivery.id).where(Delivery.id == EventRow.delivery_id, Delivery.origin_id.in_(origin_ids))
    of_people = (EventRow.kind == EventKind.CLICKED, EventRow.actor != Actor.MACHINE, _single(origin_ids))
    later = [step.content_id for step in steps.of_campaign(session, campaign_id)]
    clicks = and_(EventRow.link_id == Link.id, *of_people, ours.exists())
    statement = (
        select(Link.id, Link.url, func.count(EventRow.id), func.count(func.distinct(EventRow.delivery_id)))
        .outerjoin(EventRow, clicks)
        .where(Link.content_id.in_([campaign.content_id, *later]))
        .group_by(Link.id)
        .order_by(Link.content_id != campaign.content_id, Link.content_id, Link.position)
    )
    return [
        LinkFigures(
            url,
            clicks + sum(one.events for one in forgotten if one.link_id == link_id),
            clickers + sum(one.recipients for one in forgotten if one.link_id == link_id),
        )
        for link_id, url, clicks, clickers in session.execute(statement)
    ]


def by_hour(session: Session, campaign_id: int, timezone: str) -> dict[int, int]:
    """Recipients who first read the letter, by hour of the day (0–23) in the account's time zone."""
    return _first_reads(session, campaign_id, timezone, "hour")


def by_weekday(session: Session, campaign_id: int, timezone: str) -> dict[int, int]:
    """Recipients who first read the letter, by weekday (Monday 1 to Sunday 7) in the account's time zone."""
    return _first_reads(session, campaign_id, timezone, "isodow")


def machines(session: Session, campaign_id: int) -> dict[EventKind, int]:
    """Opens and clicks of scanners and prefetching programs: kept, and in no other figure."""
    origin_ids = _origins(session, campaign_id)
    statement = (
        select(EventRow.kind, func.count())
        .join(Delivery, Delivery.id == EventRow.delivery_id)
        .where(Delivery.origin_id.in_(origin_ids), EventRow.actor == Actor.MACHINE, _single(origin_ids))
        .group_by(EventRow.kind)
    )
    counts = Counter({EventKind(kind): count for kind, count in session.execute(statement)})
    for one in _forgotten(session, origin_ids, machines=True):
        counts[EventKind(one.kind)] += one.events
    return dict(counts)


def _origins(session: Session, campaign_id: int) -> list[int]:
    return steps.origins(session, campaigns.get(session, campaign_id))


def _single(origin_ids: Sequence[int]) -> ColumnElement[bool]:
    """Whether an event still speaks for itself: opens and clicks that are summed up may be gone already."""
    upto = select(func.max(Origin.events_summed_up_to)).where(Origin.id.in_(origin_ids)).scalar_subquery()
    return or_(EventRow.kind.not_in((EventKind.OPENED, EventKind.CLICKED)), EventRow.id > func.coalesce(upto, 0))


def _forgotten(session: Session, origin_ids: Sequence[int], *, machines: bool = False) -> list[ForgottenEvents]:
    """What deleted opens and clicks said in sum: of machines, or of all others."""
    whose = ForgottenEvents.actor == Actor.MACHINE if machines else ForgottenEvents.actor != Actor.MACHINE
    return list(session.scalars(select(ForgottenEvents).where(ForgottenEvents.origin_id.in_(origin_ids), whose)))


def anonymous(session: Session, campaign_id: int) -> dict[EventKind, int]:
    """Opens and clicks that were counted without knowing whom, those of machines left out."""
    origin_ids = _origins(session, campaign_id)
    statement = (
        select(Tally.kind, func.sum(Tally.count))
        .where(Tally.origin_id.in_(origin_ids), Tally.actor != Actor.MACHINE)
        .group_by(Tally.kind)
    )
    return {EventKind(kind): int(count) for kind, count in session.execute(statement)}


def unknown(session: Session, campaign_id: int) -> dict[EventKind, int]:
    """Opens and clicks of which nothing tells whether a person or a program was at it; people's figures hold them."""
    origin_ids = _origins(session, campaign_id)
    statement = (
        select(EventRow.kind, func.count())
        .join(Delivery, Delivery.id == EventRow.delivery_id)
        .where(Delivery.origin_id.in_(origin_ids), EventRow.actor == Actor.UNKNOWN)
        .where(EventRow.kind.in_((EventKind.OPENED, EventKind.CLICKED)))
        .group_by(EventRow.kind)
    )
    return {EventKind(kind): count for kind, count in session.execute(statement)}


def _first_reads(session: Session, campaign_id: int, timezone: str, part: str) -> dict[int, int]:
    origin_ids = _origins(session, campaign_id)
    at = func.extract(part, func.timezone(timezone, Engagement.read_at))
    statement = (
        select(at, func.count())
        .where(Engagement.origin_id.in_(origin_ids), Engagement.read_at.is_not(None))
        .group_by(at)
    )
    return {int(at): count for at, count in session.execute(statement)}


def _ledger(session: Session, origin_ids: Sequence[int]) -> _Ledger:
    """One pass over the deliveries that looks at each row for what tells it apart and no more.

    A recipient's result is that of the last step. Only what was taken can come back: whatever the report's reason,
    and whatever became of it since, it was accepted once.
    """
    taken_once = and_(
        Delivery.state.not_in(SENT),
        Delivery.attempt > 0,
        Delivery.id.in_(select(EventRow.delivery_id).where(EventRow.kind == EventKind.BOUNCED)),
    )
    chosen_to_send = Delivery.address_key.is_not(None)
    statement = (
        select(
            Delivery.state,
            Delivery.reason,
            chosen_to_send,
            func.count(),
            func.count().filter(taken_once),
            func.min(Delivery.settled_at),
            func.max(Delivery.settled_at),
        )
        .where(steps.is_result(origin_ids))
        .group_by(Delivery.state, Delivery.reason, chosen_to_send)
    )
    ledger = _Ledger()
    for state, reason, chosen, count, taken, first, last in session.execute(statement):
        ledger.states[DeliveryState(state)] = ledger.states.get(DeliveryState(state), 0) + count
        if reason is not None:
            ledger.reasons[Reason(reason)] = ledger.reasons.get(Reason(reason), 0) + count
        ledger.recipients += count
        ledger.accepted += count if state in SENT else taken
        ledger.errors += count if _is_error(state, reason, chosen) else 0
        if state in SENT and first is not None and last is not None:
            ledger.first = min(first, ledger.first or first)
            ledger.last = max(last, ledger.last or last)
    return ledger


def _is_error(state: str, reason: str | None, chosen_to_send: bool) -> bool:
    """Whether the recipient did not get what was prepared; lists that were filled before are no error."""
    if state == DeliveryState.SKIPPED:
        return chosen_to_send and reason in LATER_SUPPRESSED
    return state in (DeliveryState.FAILED, DeliveryState.IN_DOUBT)


def _engagement(session: Session, origin_ids: Sequence[int]) -> dict[str, int]:
    """Of recipients, each counted once however many channels reached them."""
    statement = select(
        _people(Engagement.read_at, origin_ids).label("read"),
        func.coalesce(func.sum(Engagement.reads), 0).label("reads"),
        _people(Engagement.clicked_at, origin_ids).label("clickers"),
        func.coalesce(func.sum(Engagement.clicks), 0).label("clicks"),
        _people(Engagement.replied_at, origin_ids).label("replied"),
        _people(Engagement.unsubscribed_at, origin_ids).label("unsubscribed"),
        _people(Engagement.complained_at, origin_ids).label("complained"),
    ).where(Engagement.origin_id.in_(origin_ids))
    return {name: int(value) for name, value in session.execute(statement).one()._mapping.items()}


def _people(sign: InstrumentedAttribute[datetime | None], origin_ids: Sequence[int]) -> ColumnElement[int]:
    """On one channel a row is a recipient, and counting rows costs no sorting."""
    if len(origin_ids) == 1:
        return func.count(sign)
    return func.count(func.distinct(Engagement.contact_id)).filter(sign.is_not(None))
