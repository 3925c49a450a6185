"""What failed in a campaign: counted by what came back, and the last of them one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.queries import steps
from core.queries.steps import is_result
from core.tables.attempts import Attempt
from core.tables.campaigns import Campaign
from core.tables.contacts import Identity
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.vocabulary import BounceClass, DeliveryState, EventKind, Reason


@dataclass(frozen=True, slots=True)
class Kind:
    """So many failed for one reason; `bounce` is None where nothing that came back was understood as a class."""

    reason: Reason | None
    bounce: BounceClass | None
    recipients: int


@dataclass(frozen=True, slots=True)
class Failure:
    """`number` is the delivery's; `address` is None of the erased."""

    number: int
    address: str | None
    reason: Reason | None
    bounce: BounceClass | None
    said: str | None
    at: datetime | None


def by_kind(session: Session, campaign: Campaign) -> list[Kind]:
    """The most frequent first."""
    each = select(Delivery.reason, _bounce().label("bounce")).where(*_failed(session, campaign)).subquery()
    count = func.count()
    rows = session.execute(select(each, count).group_by(each.c.reason, each.c.bounce).order_by(count.desc()))
    return [Kind(_reason(reason), _class(bounce), recipients) for reason, bounce, recipients in rows]


def latest(session: Session, campaign: Campaign, limit: int) -> Sequence[Failure]:
    """The newest first."""
    statement = (
        select(Delivery.id, Identity.address, Delivery.reason, _bounce(), Delivery.said, Delivery.settled_at)
        .outerjoin(Identity, Identity.id == Delivery.identity_id)
        .where(*_failed(session, campaign))
        .order_by(Delivery.settled_at.desc().nulls_last(), Delivery.id.desc())
        .limit(limit)
    )
    return [
        Failure(number, address, _reason(reason), _class(bounce), said, at)
        for number, address, reason, bounce, said, at in session.execute(statement)
    ]


def _failed(session: Session, campaign: Campaign) -> tuple[ColumnElement[bool], ...]:
    return is_result(steps.origins(session, campaign)), Delivery.state == DeliveryState.FAILED


def _bounce() -> ColumnElement[str | None]:
    """Of the last report, else of the last attempt."""
    reported = (
        select(EventRow.bounce)
        .where(EventRow.delivery_id == Delivery.id, EventRow.kind == EventKind.BOUNCED)
        .order_by(EventRow.id.desc())
        .limit(1)
        .correlate(Delivery)
    )
    answered = (
        select(Attempt.bounce)
        .where(Attempt.delivery_id == Delivery.id)
        .order_by(Attempt.id.desc())
        .limit(1)
        .correlate(Delivery)
    )
    return func.coalesce(reported.scalar_subquery(), answered.scalar_subquery())


def _reason(code: str | None) -> Reason | None:
    return None if code is None else Reason(code)


def _class(code: str | None) -> BounceClass | None:
    return None if code is None else BounceClass(code)
