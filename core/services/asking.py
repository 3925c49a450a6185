"""Asking for consent: once in a contact's life, or again by a person, and the end of waiting for an answer."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import NotFound, Refused
from core.ports import Channels, ConsentLetter, ConsentPress, Traits
from core.queries import consent as queries
from core.queries import settings as business
from core.queries.bell import ring
from core.queries.eligibility import live_identity
from core.queries.spans import Span
from core.services import audit
from core.tables.campaigns import Campaign, Origin, SenderRow
from core.tables.consent import Consent, ConsentRequest
from core.tables.contacts import Contact, Identity
from core.tables.contents import ContentRow
from core.tables.deliveries import Delivery
from core.vocabulary import OriginKind, Purpose

CHUNK = 10_000


def ask_again(
    session: Session, contact_id: int, *, channel: str, sender_id: int, press: ConsentPress, by: str, now: datetime
) -> int:
    """Ask one contact explicitly, whether they were asked before or not; the id of the letter.

    Raises Refused (`consent.given_already`, `consent.still_open`, `consent.no_address`).
    """
    contact = session.get(Contact, contact_id, with_for_update=True)
    if contact is None or contact.erased_at is not None:
        raise NotFound("contact.not_found", id=contact_id)
    identity = session.scalar(
        select(Identity).join(Contact, live_identity(channel)).where(Identity.contact_id == contact_id)
    )
    if identity is None:
        raise Refused("consent.no_address", channel=channel)
    last = session.scalar(
        select(ConsentRequest)
        .where(ConsentRequest.contact_id == contact_id, ConsentRequest.channel == channel)
        .where(ConsentRequest.purpose == Purpose.MARKETING)
        .order_by(ConsentRequest.round.desc())
        .limit(1)
    )
    _refuse_needless(session, contact_id, channel, last, now)
    sender = session.get_one(SenderRow, sender_id)
    contents = _contents(session, channel, sender, press)
    origin = _origin(session, channel, sender_id, None)
    letter = Delivery(
        origin_id=origin.id,
        contact_id=contact_id,
        identity_id=identity.id,
        content_id=contents.get((contact.language or "")[:2].lower(), next(iter(contents.values()))),
        channel=channel,
        address_key=identity.address_key,
    )
    session.add(letter)
    session.add(
        ConsentRequest(
            contact_id=contact_id,
            origin_id=origin.id,
            channel=channel,
            purpose=Purpose.MARKETING,
            round=last.round + 1 if last else 1,
            asked_by=by,
            asked_at=now,
        )
    )
    audit.note(session, by, "ask_consent", f"contact:{contact_id}", channel=channel)
    session.flush()
    ring(session)
    return letter.id


def askable(session: Session, campaign: Campaign, channels: Channels) -> Traits | None:
    """What holds for the requests of a campaign, None where it asks nobody.

    Words go only while the channel's window is open, an approved template always.
    """
    traits = channels[campaign.channel]
    if not campaign.consent_required or not traits.asks:
        return None
    approved = business.value(session, "consent_templates").get(traits.channel)
    return replace(traits, reply_window_hours=None) if approved else traits


def ask_waiting(session: Session, campaign: Campaign, span: Span, press: ConsentPress, now: datetime) -> None:
    """Ask those of the span who wait for consent and were never asked; who has answered meanwhile waits no more."""
    assert campaign.sender_id is not None
    sender = session.get_one(SenderRow, campaign.sender_id)
    contents = _contents(session, campaign.channel, sender, press)
    asking = session.scalar(
        select(Origin).where(Origin.campaign_id == campaign.id, Origin.kind == OriginKind.CONSENT)
    ) or _origin(session, campaign.channel, campaign.sender_id, campaign.id)
    session.execute(queries.ask_waiting(campaign, asking, contents, span, now))
    session.execute(queries.hold_open(campaign, span)).all()
    session.execute(queries.settle_answered(campaign, span, now))


def end_unanswered(sessions: Sessions, now: datetime) -> int:
    """End the waits whose request ran out, a chunk a transaction; how many were looked at."""
    looked_at = 0
    while True:
        with sessions.begin() as session:
            days = int(business.value(session, "consent_days"))
            moved: int = session.execute(queries.end_unanswered(now, days, CHUNK)).rowcount  # type: ignore[attr-defined]
        looked_at += moved
        if moved < CHUNK:
            return looked_at


def conclude(sessions: Sessions, origin_id: int, now: datetime) -> None:
    """Nothing is left to send of these requests for now: who could not be asked is not waited for."""
    with sessions.begin() as session:
        if session.get_one(Origin, origin_id).kind == OriginKind.CONSENT:
            session.execute(queries.hasten(origin_id, now))


def _refuse_needless(
    session: Session, contact_id: int, channel: str, last: ConsentRequest | None, now: datetime
) -> None:
    latest = session.scalar(
        select(Consent.given)
        .where(Consent.contact_id == contact_id, Consent.channel == channel, Consent.purpose == Purpose.MARKETING)
        .order_by(Consent.id.desc())
        .limit(1)
    )
    if latest:
        raise Refused("consent.given_already")
    if last is None or last.answered_at is not None:
        return
    letter = session.scalars(
        select(Delivery).where(Delivery.origin_id == last.origin_id, Delivery.contact_id == contact_id)
    ).one_or_none()
    failed = letter is None or letter.state in queries.NOT_ASKED
    if not failed and letter is not None and queries.end_of(letter, int(business.value(session, "consent_days"))) > now:
        raise Refused("consent.still_open", at=last.asked_at.date().isoformat())


def _origin(session: Session, channel: str, sender_id: int, campaign_id: int | None) -> Origin:
    origin = Origin(
        kind=OriginKind.CONSENT, channel=channel, purpose=Purpose.CONSENT, sender_id=sender_id, campaign_id=campaign_id
    )
    session.add(origin)
    session.flush()
    return origin


def _contents(session: Session, channel: str, sender: SenderRow, press: ConsentPress) -> dict[str, int]:
    """The frozen letters by language, the account's own first; one that is there already is used again."""
    days = int(business.value(session, "consent_days"))
    approved = business.value(session, "consent_templates").get(channel, {})
    letters = press(channel, sender=sender.name, imprint=sender.imprint, days=days, approved=approved)
    return {letter.language: _frozen(session, letter) for letter in letters}


def _frozen(session: Session, letter: ConsentLetter) -> int:
    kind = f"consent:{letter.version}"
    parts = [kind, letter.language, letter.subject, letter.wording, letter.html or "", letter.text]
    parts += [json.dumps(letter.extras, sort_keys=True)] if letter.extras else []
    hash_ = hashlib.sha256("\0".join(parts).encode()).digest()
    known = session.scalar(select(ContentRow.id).where(ContentRow.hash == hash_, ContentRow.kind == kind).limit(1))
    if known is not None:
        return known
    row = ContentRow(
        kind=kind,
        language=letter.language,
        source=letter.wording,
        subject=letter.subject,
        html=letter.html,
        plain=letter.text,
        extras=letter.extras,
        hash=hash_,
    )
    session.add(row)
    session.flush()
    return row.id
