"""How many recipients of a campaign came to which result: counted from its deliveries, or as it was kept at its end.

Once a campaign has ended and nothing of it waits or is in doubt, its deliveries move by reports of bounces and arrivals
alone. Whoever records such a report moves the revision of that origin's results, in the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, String, and_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from core.queries import steps
from core.tables.campaigns import Campaign
from core.tables.contacts import Revision
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.tables.results import KeptResult
from core.vocabulary import FINAL_STATES, DeliveryState, EventKind

REVISION = "results:"


class Result(NamedTuple):
    """Deliveries alike in what tells them apart."""

    state: str
    reason: str | None
    chosen_to_send: bool
    recipients: int
    taken_once: int
    """Of those that do not count as sent: how many were accepted before they came back."""
    first_at: datetime | None
    last_at: datetime | None


def of_campaign(session: Session, campaign: Campaign, origin_ids: Sequence[int]) -> list[Result]:
    """What was kept, if it still holds; else counted."""
    held = kept(session, campaign, revision(session, origin_ids))
    return counted(session, origin_ids) if held is None else held


def kept(session: Session, campaign: Campaign, revision: int) -> list[Result] | None:
    """What was kept at this revision, of the campaign's last end; None if it has moved since, or none was."""
    same = (KeptResult.finished_at == campaign.finished_at, KeptResult.revision == revision)
    counts = session.scalar(select(KeptResult.counts).where(KeptResult.campaign_id == campaign.id, *same))
    return None if counts is None else [_read(one) for one in counts]


def keep(campaign: Campaign, revision: int, results: Sequence[Result]) -> Insert:
    """Keep what was counted after this revision was read."""
    values = {"finished_at": campaign.finished_at, "revision": revision, "counts": [_written(one) for one in results]}
    statement = insert(KeptResult).values(campaign_id=campaign.id, **values)
    return statement.on_conflict_do_update(index_elements=[KeptResult.campaign_id], set_=values)


def are_final(results: Sequence[Result]) -> bool:
    """Whether nothing waits, is under way or in doubt."""
    return all(one.state in FINAL_STATES for one in results)


def revision(session: Session, origin_ids: Sequence[int]) -> int:
    """Of these origins together; 0 as long as no report came in."""
    names = [f"{REVISION}{one}" for one in origin_ids]
    return int(session.scalar(select(func.coalesce(func.sum(Revision.number), 0)).where(Revision.name.in_(names))) or 0)


def moved(delivery_ids: Sequence[int]) -> Insert:
    """Note that results of their origins may have changed; always in one order, so that no two wait crosswise."""
    name = literal(REVISION) + cast(Delivery.origin_id, String)
    concerned = select(name.label("name"), literal(1).label("number")).where(Delivery.id.in_(delivery_ids))
    statement = insert(Revision).from_select(["name", "number"], concerned.distinct().order_by("name"))
    return statement.on_conflict_do_update(index_elements=[Revision.name], set_={"number": Revision.number + 1})


def counted(session: Session, origin_ids: Sequence[int]) -> list[Result]:
    """One pass over the deliveries that looks at each row for what tells it apart and no more.

    A recipient's result is that of the last step. Only what was taken can come back: whatever the report's reason,
    and whatever became of it since, it was accepted once.
    """
    return [Result(*row) for row in session.execute(_counting(origin_ids))]


def _counting(
    origin_ids: Sequence[int],
) -> Select[str, str | None, bool, int, int, datetime | None, datetime | None]:
    taken_once = and_(
        Delivery.state.not_in((DeliveryState.SENT, DeliveryState.DELIVERED)),
        Delivery.attempt > 0,
        Delivery.id.in_(select(EventRow.delivery_id).where(EventRow.kind == EventKind.BOUNCED)),
    )
    told_apart = (Delivery.state, Delivery.reason, Delivery.address_key.is_not(None))
    return (
        select(
            *told_apart,
            func.count(),
            func.count().filter(taken_once),
            func.min(Delivery.settled_at),
            func.max(Delivery.settled_at),
        )
        .where(steps.is_result(origin_ids))
        .group_by(*told_apart)
    )


def _written(one: Result) -> list[Any]:
    return [*one[:-2], *(at and at.isoformat() for at in (one.first_at, one.last_at))]


def _read(counts: Sequence[Any]) -> Result:
    return Result(*counts[:-2], *(at and datetime.fromisoformat(at) for at in counts[-2:]))
