"""Who waits for whose consent: requests made once, deliveries that wait for them, and what an answer moves."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    case,
    delete,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import Delete

from core.queries.eligibility import consented
from core.queries.spans import Span
from core.tables.campaigns import Campaign, Origin
from core.tables.consent import ConsentRequest
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Delivery
from core.vocabulary import DeliveryState as S
from core.vocabulary import OriginKind, Purpose, Reason

LOOK_AGAIN = timedelta(days=1)
"""When a letter that asks waits itself, for the daily limit perhaps, its time has not begun."""
NOT_ASKED = (S.FAILED.value, S.SKIPPED.value, S.CANCELLED.value)
COLUMNS = ("origin_id", "content_id", "channel", "contact_id", "identity_id", "address_key")


def ask_waiting(
    campaign: Campaign, asking: Origin, contents: Mapping[str, int], span: Span, now: datetime
) -> Select[int]:
    """Ask those of the span who wait and were never asked: their requests, and the letters of `asking`; how many.

    Another campaign that asks the same people at the same time finds their requests there, and asks nobody twice.
    """
    waiting = _waiting_in(campaign, span).add_columns(Delivery.identity_id, Delivery.address_key).cte("waiting")
    request = select(
        waiting.c.contact_id,
        literal(asking.id),
        literal(campaign.channel),
        literal(campaign.purpose),
        literal(f"campaign:{campaign.id}"),
        literal(now),
    )
    columns = ["contact_id", "origin_id", "channel", "purpose", "asked_by", "asked_at"]
    asked = (
        insert(ConsentRequest)
        .from_select(columns, request)
        .on_conflict_do_nothing(index_elements=["contact_id", "channel", "purpose", "round"])
        .returning(ConsentRequest.contact_id)
        .cte("asked")
    )
    letters = (
        select(
            literal(asking.id),
            _in_language(contents),
            literal(campaign.channel),
            waiting.c.contact_id,
            waiting.c.identity_id,
            waiting.c.address_key,
        )
        .join(asked, asked.c.contact_id == waiting.c.contact_id)
        .join(Contact, Contact.id == waiting.c.contact_id)
        .order_by(waiting.c.contact_id)
    )
    made = insert(Delivery).from_select(COLUMNS, letters).returning(Delivery.id).cte("made")
    return select(func.count()).select_from(made)


def hold_open(campaign: Campaign, span: Span) -> Select[int]:
    """Keep answers of the span from coming in until the transaction ends: they move what is written in it, too."""
    return (
        select(ConsentRequest.id)
        .where(*span.holds(ConsentRequest.contact_id), ConsentRequest.answered_at.is_(None))
        .where(ConsentRequest.channel == campaign.channel, ConsentRequest.purpose == campaign.purpose)
        .with_for_update(read=True)
    )


def settle_answered(campaign: Campaign, span: Span, now: datetime) -> Update:
    """Of the span, let go or end what waits for an answer that has come meanwhile."""
    return settle(campaign.channel, campaign.purpose, now, Delivery.origin_id == campaign.origin_id).where(
        *span.holds(Delivery.contact_id), ~_open(campaign.channel, campaign.purpose)
    )


def settle(channel: str, purpose: str, now: datetime, whose: ColumnElement[bool]) -> Update:
    """What waits for consent becomes due where the latest record says yes, and `consent_declined` where it says no."""
    yes = consented(channel, purpose)
    here = select(Origin.id).where(Origin.channel == channel, Origin.purpose == purpose)
    return (
        update(Delivery)
        .where(whose, Delivery.state == S.AWAITING_CONSENT, Delivery.contact_id == Contact.id)
        .where(Delivery.origin_id.in_(here))
        .values(
            state=case((yes, S.PENDING.value), else_=S.SKIPPED.value),
            reason=case((yes, null()), else_=Reason.CONSENT_DECLINED.value),
            due_at=case((yes, literal(now)), else_=null()),
        )
        .execution_options(synchronize_session=False)
    )


def end_unanswered(now: datetime, days: int, most: int) -> Update:
    """End up to `most` waits whose request ran out, or move them to where it will; one that never left is none."""
    past = (
        select(Delivery.id, Delivery.contact_id, Delivery.channel, Origin.purpose)
        .join(Origin, Origin.id == Delivery.origin_id)
        .where(Origin.open, Delivery.due_at <= now, Delivery.state == S.AWAITING_CONSENT)
        .limit(most)
        .with_for_update(skip_locked=True, of=Delivery)
        .cte("past")
    )
    ends = _end(now, days).where(
        ConsentRequest.contact_id == past.c.contact_id,
        ConsentRequest.channel == past.c.channel,
        ConsentRequest.purpose == past.c.purpose,
    )
    judged = select(past.c.id, ends.correlate(past).scalar_subquery().label("ends")).cte("judged")
    later = judged.c.ends > now
    unasked = judged.c.ends.is_(None)
    return (
        update(Delivery)
        .where(Delivery.id == judged.c.id)
        .values(
            state=case((later, S.AWAITING_CONSENT.value), else_=S.SKIPPED.value),
            reason=case((or_(unasked, later), Reason.CONSENT_MISSING.value), else_=Reason.CONSENT_UNANSWERED.value),
            due_at=case((later, judged.c.ends), else_=null()),
        )
        .execution_options(synchronize_session=False)
    )


def hasten(asking_id: int, now: datetime) -> Update:
    """Have an end put to what waits for letters of this origin that failed: they ask nobody."""
    failed = (
        select(Delivery.contact_id)
        .join(
            ConsentRequest,
            and_(ConsentRequest.origin_id == Delivery.origin_id, ConsentRequest.contact_id == Delivery.contact_id),
        )
        .where(Delivery.origin_id == asking_id, Delivery.state.in_(NOT_ASKED), ConsentRequest.answered_at.is_(None))
    )
    return (
        update(Delivery)
        .where(Delivery.contact_id.in_(failed), Delivery.state == S.AWAITING_CONSENT, Delivery.due_at > now)
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )


def withdraw(delivery_ids: Sequence[int]) -> Update:
    """Open requests to whoever unsubscribed by these messages are answered by that."""
    return (
        update(ConsentRequest)
        .where(ConsentRequest.answered_at.is_(None), ConsentRequest.purpose == Purpose.MARKETING)
        .where(tuple_(ConsentRequest.contact_id, ConsentRequest.channel).in_(_whose(delivery_ids)))
        .values(given=False, answered_at=func.now())
    )


def end_withdrawn(delivery_ids: Sequence[int]) -> Update:
    """What waits for the consent of whoever unsubscribed by these messages waits no more."""
    return (
        update(Delivery)
        .where(Delivery.state == S.AWAITING_CONSENT)
        .where(tuple_(Delivery.contact_id, Delivery.channel).in_(_whose(delivery_ids)))
        .values(state=S.SKIPPED, reason=Reason.CONSENT_DECLINED, due_at=None)
    )


def _whose(delivery_ids: Sequence[int]) -> Select[int | None, str]:
    through = aliased(Delivery)
    return select(through.contact_id, through.channel).where(through.id.in_(delivery_ids))


def call_back(campaign_id: int) -> Delete:
    """Forget requests of a cancelled campaign that have not left, unless another waits for the answer; cancel them."""
    other = aliased(Delivery)
    needed = exists().where(other.contact_id == Delivery.contact_id, other.state == S.AWAITING_CONSENT)
    ours = select(Origin.id).where(Origin.campaign_id == campaign_id, Origin.kind == OriginKind.CONSENT)
    cancelled = (
        update(Delivery)
        .where(Delivery.origin_id.in_(ours), Delivery.state == S.PENDING, ~needed)
        .values(state=S.CANCELLED, reason=Reason.CANCELLED, due_at=None)
        .returning(Delivery.origin_id, Delivery.contact_id)
        .cte("cancelled")
    )
    return (
        delete(ConsentRequest)
        .where(ConsentRequest.origin_id == cancelled.c.origin_id, ConsentRequest.contact_id == cancelled.c.contact_id)
        .execution_options(synchronize_session=False)
    )


def request_of(delivery_id: int) -> Select[ConsentRequest, Delivery]:
    """The request that a letter made, locked, and the letter: presses that come at once take turns."""
    return (
        select(ConsentRequest, Delivery)
        .join(
            Delivery,
            and_(Delivery.origin_id == ConsentRequest.origin_id, Delivery.contact_id == ConsentRequest.contact_id),
        )
        .where(Delivery.id == delivery_id)
        .with_for_update(of=ConsentRequest)
        .execution_options(populate_existing=True)
    )


def asked_last(identity_id: int) -> Select[int]:
    """The letter that asked this identity, if nothing was sent to it afterwards."""
    last = (
        select(Delivery.id, Delivery.origin_id)
        .join(Identity, Identity.contact_id == Delivery.contact_id)
        .where(Identity.id == identity_id, Delivery.identity_id == identity_id, Delivery.attempt > 0)
        .order_by(Delivery.id.desc())
        .limit(1)
        .subquery()
    )
    return select(last.c.id).join(Origin, Origin.id == last.c.origin_id).where(Origin.kind == OriginKind.CONSENT)


def _waiting_in(campaign: Campaign, span: Span) -> Select[Any]:
    """Who of the span waits, and was never asked for this channel and purpose."""
    asked = exists().where(
        ConsentRequest.contact_id == Delivery.contact_id,
        ConsentRequest.channel == campaign.channel,
        ConsentRequest.purpose == campaign.purpose,
    )
    return select(Delivery.contact_id).where(
        Delivery.origin_id == campaign.origin_id,
        *span.holds(Delivery.contact_id),
        Delivery.state == S.AWAITING_CONSENT,
        ~asked,
    )


def _open(channel: str, purpose: str) -> ColumnElement[bool]:
    return exists().where(
        ConsentRequest.contact_id == Delivery.contact_id,
        ConsentRequest.channel == channel,
        ConsentRequest.purpose == purpose,
        ConsentRequest.answered_at.is_(None),
    )


def _end(now: datetime, days: int) -> Select[datetime]:
    """When the latest request of a contact ends: null if its letter failed, later than now while it has not left."""
    settled = func.coalesce(Delivery.settled_at, Delivery.created_at) + timedelta(days=days)
    waits = Delivery.state.in_((S.PENDING.value, S.CLAIMED.value, S.SENDING.value))
    return (
        select(case((Delivery.state.in_(NOT_ASKED), null()), (waits, literal(now + LOOK_AGAIN)), else_=settled))
        .select_from(ConsentRequest)
        .join(
            Delivery,
            and_(Delivery.origin_id == ConsentRequest.origin_id, Delivery.contact_id == ConsentRequest.contact_id),
        )
        .order_by(ConsentRequest.round.desc())
        .limit(1)
    )


def _in_language(contents: Mapping[str, int]) -> ColumnElement[int]:
    """The letter in the contact's language, else in the account's, which is the first."""
    language = func.lower(func.left(Contact.language, 2))
    return case(contents, value=language, else_=next(iter(contents.values())))


def end_of(delivery: Delivery, days: int) -> datetime:
    """Until when the request that this letter made may be answered."""
    return (delivery.settled_at or delivery.created_at) + timedelta(days=days)
