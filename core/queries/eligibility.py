"""Why a contact may not be written to on a channel: one expression for reach, preview, preparation and claim."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Exists, Select, Text, and_, case, cast, func, literal, null, or_, select
from sqlalchemy.orm import aliased

from core.ports import FirstContact, Traits
from core.queries.capping import reason_by_set
from core.queries.spans import Column, Span, within
from core.rules.capping import Cap
from core.rules.short_messages import APPROVED
from core.tables.consent import Consent, ConsentRequest
from core.tables.contacts import Contact, Identity
from core.tables.contents import ContentRow
from core.tables.conversations import Conversation
from core.tables.deliveries import Delivery
from core.tables.settings import BusinessSetting
from core.tables.suppression import Suppression
from core.vocabulary import DeliveryState, Purpose, Reason, SuppressionList

CONSENT_OPEN_DAYS = 28
"""How long a request for consent may be answered: its links' validity."""

NUMBERED = ("sms", "whatsapp")
"""Channels whose addresses are telephone numbers."""
TEXTED = "sms"
"""The one of them that reaches mobile telephones alone."""
ALLOWED_NUMBERS = "allowed_numbers"
NOTHING: ColumnElement[Any] = cast(null(), Text)
AS_MARKETING = (Purpose.CONSENT, Purpose.SEED)
TopicOf = str | ColumnElement[str] | None
"""The topic that is asked about, perhaps as a parameter of the statement."""

WINNING = {
    SuppressionList.ERASED: (1, Reason.ERASED),
    SuppressionList.COMPLAINTS: (2, Reason.COMPLAINED),
    SuppressionList.UNSUBSCRIBED: (3, Reason.UNSUBSCRIBED),
    SuppressionList.GENERAL: (4, Reason.GENERAL_BLACKLIST),
    SuppressionList.MARKETING: (5, Reason.MARKETING_BLACKLIST),
}
"""Rank and reason of each list; the lowest rank wins."""
HOLDING: dict[str, tuple[str, ...]] = {
    Purpose.TEST: (SuppressionList.ERASED.value, SuppressionList.COMPLAINTS.value, SuppressionList.GENERAL.value),
    Purpose.REPLY: (SuppressionList.ERASED.value, SuppressionList.GENERAL.value),
}
"""Where somebody has asked for the message: the lists that hold all the same."""


def live_identity(channel: str, identity: type[Identity] = Identity) -> ColumnElement[bool]:
    """The ON clause that joins a contact to its present address: `outerjoin(Identity, live_identity("email"))`."""
    return and_(identity.contact_id == Contact.id, identity.channel == channel, identity.ended_at.is_(None))


def reason_for(
    channel: str,
    purpose: str,
    consent_required: bool,
    now: datetime,
    *,
    traits: Traits | None = None,
    excluded: ColumnElement[bool] | None = None,
    duplicate: ColumnElement[bool] | None = None,
    consent_days: int = CONSENT_OPEN_DAYS,
    identity: type[Identity] = Identity,
    span: Span | None = None,
    cap: Cap | None = None,
    topic: str | None = None,
) -> ColumnElement[str | None]:
    """The first reason that applies, or null: an expression over `Contact` outer-joined by `live_identity`.

    `excluded` and `duplicate`, where a campaign knows them, take their places in the order: after the lists, and
    after the address. Without `traits` the channel is one on which anybody may be written to.
    `identity` is an alias, where one statement asks about several channels; `span` is the chunk of contacts that it
    asks about, where that is not everybody; `cap` is how often one person may be written to, if that is limited;
    `topic` is what the campaign is about.
    """
    return func.coalesce(
        case((Contact.erased_at.is_not(None), literal(Reason.ERASED.value))),
        suppression_reason(channel, purpose, Contact.id, identity.address_key, topic=topic),
        _if(excluded, Reason.EXCLUDED),
        case(
            (identity.id.is_(None), literal(Reason.NO_ADDRESS.value)),
            (identity.invalid, literal(Reason.INVALID_ADDRESS.value)),
            *_textless(channel, identity),
        ),
        _if(duplicate, Reason.DUPLICATE_ADDRESS),
        consent_reason(channel, purpose, now, days=consent_days, span=span) if consent_required else NOTHING,
        conversation_reason(traits, now, identity.id),
        country_reason(channel, identity),
        NOTHING if cap is None else reason_by_set(cap, now, Contact.id, span),
    )


def suppression_reason(
    channel: str | Column, purpose: str, contact_id: Column, address_key: Column, *, topic: TopicOf = None
) -> ColumnElement[str | None]:
    """The winning list that names this contact or this address, as its reason, or null.

    An entry with an address speaks of that address alone, even if it also says whose it was. The two EXISTS are
    asked first: the planner answers them from a hash for a million contacts and from the index for a batch, and
    the rank is looked up only for those who are on some list.
    """
    by_address = (*in_force(channel, purpose, topic), Suppression.address_key == address_key)
    by_contact = (
        *in_force(channel, purpose, topic),
        Suppression.address_key.is_(None),
        Suppression.contact_id == contact_id,
    )
    rank = func.least(_best(by_address).scalar_subquery(), _best(by_contact).scalar_subquery())
    listed = or_(*(select(Suppression.id).where(*named).exists() for named in (by_address, by_contact)))
    return case((listed, case({rank: reason.value for rank, reason in WINNING.values()}, value=rank)))


def consent_reason(
    channel: str, purpose: str, now: datetime, *, days: int, span: Span | None = None
) -> ColumnElement[str | None]:
    """Null where the latest record says yes. While a request is open its answer is awaited: *missing*.

    A request ends `days` after its letter left, or with a letter that could not: *unanswered*.
    """
    answered = (
        select(Consent.id)
        .where(Consent.contact_id == Contact.id, *within(Consent.contact_id, span))
        .where(Consent.channel == channel, Consent.purpose == purpose)
        .correlate(Contact)
        .exists()
    )
    failed = (DeliveryState.FAILED.value, DeliveryState.SKIPPED.value, DeliveryState.CANCELLED.value)
    ended = or_(Delivery.state.in_(failed), Delivery.settled_at <= now - timedelta(days=days))
    return case(
        (consented(channel, purpose, span), NOTHING),
        (_asked(channel, purpose, span).where(~func.coalesce(ended, False)).exists(), _missing()),
        (answered, literal(Reason.CONSENT_DECLINED.value)),
        (_asked(channel, purpose, span).exists(), literal(Reason.CONSENT_UNANSWERED.value)),
        else_=_missing(),
    )


def _asked(channel: str, purpose: str, span: Span | None) -> Select[int]:
    """Requests that nobody has answered, with the delivery of each one's letter."""
    return (
        select(ConsentRequest.id)
        .join(
            Delivery,
            and_(Delivery.origin_id == ConsentRequest.origin_id, Delivery.contact_id == ConsentRequest.contact_id),
        )
        .where(ConsentRequest.contact_id == Contact.id, *within(ConsentRequest.contact_id, span))
        .where(ConsentRequest.channel == channel, ConsentRequest.purpose == purpose)
        .where(ConsentRequest.answered_at.is_(None))
        .correlate(Contact)
    )


def _missing() -> ColumnElement[str]:
    return literal(Reason.CONSENT_MISSING.value)


def consented(channel: str, purpose: str, span: Span | None = None) -> Exists:
    """Whether the latest record of the contact says yes: some does, and none after it says no.

    Said so, the planner can join it, or answer it from a hash or from the index; "the latest" it can only look up.
    """
    given, later = aliased(Consent), aliased(Consent)
    taken_back = (
        select(later.id)
        .where(later.contact_id == given.contact_id, *within(later.contact_id, span))
        .where(later.channel == channel, later.purpose == purpose, later.id > given.id, ~later.given)
        .correlate(given)
    )
    return (
        select(given.id)
        .where(given.contact_id == Contact.id, *within(given.contact_id, span))
        .where(given.channel == channel, given.purpose == purpose, given.given, ~taken_back.exists())
        .correlate(Contact)
        .exists()
    )


def conversation_reason(
    traits: Traits | None,
    now: datetime | ColumnElement[datetime],
    identity_id: Column,
    *,
    anytime: ColumnElement[bool] | None = None,
) -> ColumnElement[str | None]:
    """Where customers must write first: never written, blocked us, or too long ago to be answered.

    `anytime` says of which rows the message may go when the window is closed.
    """
    if traits is None or traits.first_contact is FirstContact.ANYONE:
        return NOTHING
    conversation = select(Conversation.identity_id).where(Conversation.identity_id == identity_id)
    conversation = conversation.correlate_except(Conversation)
    reasons = [
        (conversation.where(Conversation.blocked_at.is_not(None)).exists(), literal(Reason.BOT_BLOCKED.value)),
        (~conversation.exists(), literal(Reason.NO_CONVERSATION.value)),
    ]
    if traits.reply_window_hours is not None:
        opened = now - timedelta(hours=traits.reply_window_hours)
        answerable: ColumnElement[bool] = conversation.where(Conversation.last_inbound_at > opened).exists()
        if anytime is not None:
            answerable = or_(answerable, anytime)
        reasons.append((~answerable, literal(Reason.REPLY_WINDOW_CLOSED.value)))
    return case(*reasons)


def country_reason(channel: str, identity: type[Identity]) -> ColumnElement[str | None]:
    """Where the account writes only to some countries: a number that begins as none of theirs."""
    if channel not in NUMBERED:
        return NOTHING
    kept = select(BusinessSetting.value[channel]).where(BusinessSetting.key == ALLOWED_NUMBERS).scalar_subquery()
    listed = func.jsonb_array_elements_text(kept).table_valued("beginning").render_derived(name="listed")
    fits = select(listed.c.beginning).where(func.starts_with(identity.address, listed.c.beginning)).exists()
    some = func.coalesce(func.jsonb_array_length(kept), 0) > 0
    return case((and_(some, ~fits), literal(Reason.COUNTRY_NOT_ENABLED.value)))


def _textless(channel: str, identity: type[Identity]) -> Sequence[tuple[Column, ColumnElement[str]]]:
    """A landline may well have WhatsApp; an SMS would be paid for and never read."""
    return [(identity.textless, literal(Reason.NOT_A_MOBILE.value))] if channel == TEXTED else []


def is_approved(content_id: Column) -> ColumnElement[bool]:
    """Whether the content is a template that the provider has approved: it may go when the window is closed."""
    named = select(ContentRow.id).where(ContentRow.id == content_id, ContentRow.extras.has_key(APPROVED))
    return named.correlate_except(ContentRow).exists()


def _if(condition: ColumnElement[bool] | None, reason: Reason) -> ColumnElement[str | None]:
    return NOTHING if condition is None else case((condition, literal(reason.value)))


def in_force(channel: str | Column, purpose: str, topic: TopicOf = None) -> tuple[ColumnElement[bool], ...]:
    """Entries that hold now; what stops marketing stops a request for consent and a seed's copy, and no service mail.

    A test is stopped only by what speaks of the address itself: it is erased, it has complained, it does not exist;
    and an answer to what somebody asked, not even by an earlier complaint. What speaks of one topic stops only that.
    """
    purposes = {purpose, Purpose.MARKETING.value} if purpose in AS_MARKETING else {purpose}
    in_force = (
        Suppression.topic.is_(None) if topic is None else or_(Suppression.topic.is_(None), Suppression.topic == topic),
        Suppression.released_at.is_(None),
        or_(Suppression.channel.is_(None), Suppression.channel == channel),
        or_(Suppression.purpose.is_(None), *(Suppression.purpose == purpose for purpose in sorted(purposes))),
    )
    holding = HOLDING.get(purpose)
    if holding is not None:
        return (*in_force, or_(*(Suppression.list == name for name in holding)))
    if Purpose.MARKETING in purposes:
        return in_force
    return (*in_force, Suppression.list != SuppressionList.MARKETING)


def _best(named: tuple[ColumnElement[bool], ...]) -> Select[int]:
    ranks = case({word.value: rank for word, (rank, _) in WINNING.items()}, value=Suppression.list)
    return select(func.min(ranks)).where(*named)
