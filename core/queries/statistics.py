"""Figures of a campaign, derived from its rows whenever they are shown."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.queries import campaigns, results, steps
from core.queries.results import Result
from core.tables.campaigns import Origin
from core.tables.contents import Link
from core.tables.deliveries import Delivery
from core.tables.events import Engagement, EventRow
from core.tables.forgotten import ForgottenEvents
from core.tables.tallies import Tally
from core.vocabulary import Actor, DeliveryState, EventKind, Reason

Word = TypeVar("Word", bound=Hashable)

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

    @property
    def to_send(self) -> int:
        """Of those that wait: who waits for nobody's consent."""
        return self.waiting - self.states.get(DeliveryState.AWAITING_CONSENT, 0)

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


@dataclass(frozen=True, slots=True)
class FirstReads:
    """Recipients by hour of the day (0–23) and by weekday (Monday 1 to Sunday 7); what has none is left out."""

    by_hour: Mapping[int, int]
    by_weekday: Mapping[int, int]


def figures(session: Session, campaign_id: int) -> Figures:
    """All figures of a campaign at this moment; zeros before its launch."""
    campaign = campaigns.get(session, campaign_id)
    if campaign.origin_id is None:
        return Figures(0, {}, {}, 0)
    origin_ids = steps.origins(session, campaign)
    counted = results.of_campaign(session, campaign, origin_ids)
    sent = [one for one in counted if one.state in SENT]
    return Figures(
        recipients=sum(one.recipients for one in counted),
        states=_sums((DeliveryState(one.state), one.recipients) for one in counted),
        reasons=_sums((Reason(one.reason), one.recipients) for one in counted if one.reason is not None),
        accepted_ever=sum(one.recipients if one.state in SENT else one.taken_once for one in counted),
        errors=sum(one.recipients for one in counted if _is_error(one)),
        prepared=campaign.prepared_at is not None,
        first_sent_at=min((one.first_at for one in sent if one.first_at), default=None),
        last_sent_at=max((one.last_at for one in sent if one.last_at), default=None),
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


def first_reads(session: Session, campaign_id: int, zone: ZoneInfo) -> FirstReads:
    """When recipients first read the letter, in the account's time zone.

    PostgreSQL counts by quarters of an hour, of which time zones are made, and so converts none of the many moments.
    """
    origin_ids = _origins(session, campaign_id)
    quarter = func.date_bin(timedelta(minutes=15), Engagement.read_at, datetime(2000, 1, 1, tzinfo=UTC))
    statement = (
        select(quarter, func.count())
        .where(Engagement.origin_id.in_(origin_ids), Engagement.read_at.is_not(None))
        .group_by(quarter)
    )
    read = [(at.astimezone(zone), count) for at, count in session.execute(statement)]
    return FirstReads(
        by_hour=_sums((at.hour, count) for at, count in read),
        by_weekday=_sums((at.isoweekday(), count) for at, count in read),
    )


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


def _sums(counts: Iterable[tuple[Word, int]]) -> dict[Word, int]:
    sums: Counter[Word] = Counter()
    for word, count in counts:
        sums[word] += count
    return dict(sums)


def _is_error(one: Result) -> bool:
    """Whether the recipient did not get what was prepared; lists that were filled before are no error."""
    if one.state == DeliveryState.SKIPPED:
        return one.chosen_to_send and one.reason in LATER_SUPPRESSED
    return one.state in (DeliveryState.FAILED, DeliveryState.IN_DOUBT)


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
