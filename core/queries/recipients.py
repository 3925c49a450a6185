"""Reading a campaign's recipients one by one: who they are, where each stands, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from core.queries.steps import is_result
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Delivery
from core.tables.events import Engagement


@dataclass(frozen=True, slots=True)
class Recipient:
    """`id` is the delivery's; `address` is None for the erased, and for those who have none on this channel."""

    id: int
    contact_id: int | None
    name: str
    address: str | None
    channel: str
    state: str
    reason: str | None
    said: str | None
    settled_at: datetime | None
    read_at: datetime | None
    clicked_at: datetime | None


def page(
    session: Session,
    origin_ids: Sequence[int],
    *,
    state: str | None = None,
    reason: str | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[Recipient]:
    """Each with the result of the last step, in the order of its delivery, beginning behind the delivery `after`."""
    statement = _statement(origin_ids, state, reason).where(Delivery.id > after).limit(limit)
    return [_recipient(row) for row in session.execute(statement)]


def every(
    session: Session, origin_ids: Sequence[int], *, state: str | None = None, reason: str | None = None
) -> Iterator[Recipient]:
    """All of them, streamed, for an export."""
    statement = _statement(origin_ids, state, reason).execution_options(yield_per=2000)
    for row in session.execute(statement):
        yield _recipient(row)


def _statement(
    origin_ids: Sequence[int], state: str | None, reason: str | None
) -> Select[Delivery, str | None, str | None, str | None, Engagement]:
    statement = (
        select(Delivery, Contact.first_name, Contact.last_name, Identity.address, Engagement)
        .outerjoin(Contact, Contact.id == Delivery.contact_id)
        .outerjoin(Identity, Identity.id == Delivery.identity_id)
        .outerjoin(Engagement, Engagement.delivery_id == Delivery.id)
        .where(is_result(origin_ids))
        .order_by(Delivery.id)
    )
    if state:
        statement = statement.where(Delivery.state == state)
    return statement.where(Delivery.reason == reason) if reason else statement


def _recipient(row: Row[Delivery, str | None, str | None, str | None, Engagement]) -> Recipient:
    delivery, first, last, address, engagement = row
    return Recipient(
        id=delivery.id,
        contact_id=delivery.contact_id,
        name=" ".join(part for part in (first, last) if part),
        address=address,
        channel=delivery.channel,
        state=delivery.state,
        reason=delivery.reason,
        said=delivery.said,
        settled_at=delivery.settled_at,
        read_at=engagement.read_at if engagement else None,
        clicked_at=engagement.clicked_at if engagement else None,
    )
