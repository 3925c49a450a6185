"""Asking for consent, once in a contact's life, and what an answer does: recorded for good, and acted on at once."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import NotFound, Refused
from core.ports import ConsentLetter, ConsentPress
from core.queries import consent as queries
from core.queries import revisions
from core.queries import settings as business
from core.queries.bell import ring
from core.queries.eligibility import live_identity
from core.queries.spans import Span
from core.rules.keywords import assent
from core.services import audit
from core.tables.campaigns import Campaign, Origin, SenderRow
from core.tables.consent import Consent, ConsentRequest
from core.tables.contacts import Contact, Identity
from core.tables.contents import ContentRow
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import OriginKind, Purpose, SuppressionList

CHUNK = 10_000


class Standing(StrEnum):
    """How a request stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ENDED = "ended"
    """Its time ran out without an answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as its own page or buttons show it."""

    standing: Standing
    channel: str
    wording: str
    language: str
    sender: str | None
    new: bool = False
    """Whether this very press answered it."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How somebody decided: by `link`, `button`, `keyword` …, and the text that they agreed to, as it was."""

    way: str
    text: str | None = None
    version: str | None = None
    language: str | None = None
    source: str | None = None
    """Where, if it was not here."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Who decided, by which address, and for what it holds."""

    contact_id: int | None
    identity_id: int | None
    channel: str
    purpose: str


def look(session: Session, delivery_id: int, now: datetime) -> Asked:
    """The request that this letter made; raise NotFound (`consent.not_found`) if it made none."""
    return _told(session, *_request(session, delivery_id), now)


def answer(session: Session, delivery_id: int, *, given: bool, way: str, now: datetime) -> Asked:
    """Answer the request that this letter made. The first answer counts, and only while the request is open.

    Accepting lets every waiting delivery of the contact go at once; declining ends them and unsubscribes the contact
    on that channel. `way` is `link` or `button`. Raises NotFound (`consent.not_found`).
    """
    request, letter = _request(session, delivery_id)
    before = _told(session, request, letter, now)
    if before.standing is not Standing.OPEN:
        return before
    content = session.get_one(ContentRow, letter.content_id)
    whose = Whose(request.contact_id, letter.identity_id, request.channel, request.purpose)
    wording = Wording(way, content.source, content.kind.partition(":")[2], content.language)
    if not given:
        _unsubscribe(session, letter)
    record(session, whose, wording, given=given, at=now, now=now)
    after = _told(session, request, letter, now)
    return Asked(after.standing, after.channel, after.wording, after.language, after.sender, new=True)


def answer_of(session: Session, delivery_id: int, identity_id: int, *, given: bool, way: str, now: datetime) -> Asked:
    """The same by whoever has that identity: for anybody else there is no such request."""
    if session.scalar(select(Delivery.identity_id).where(Delivery.id == delivery_id)) != identity_id:
        raise NotFound("consent.not_found", id=delivery_id)
    return answer(session, delivery_id, given=given, way=way, now=now)


def answer_by_word(session: Session, identity_id: int, text: str, now: datetime) -> Asked | None:
    """Take a plain yes or no as the answer to a request that is open, and the last that they were sent; else None.

    After anything else a yes means that, and consents to nothing.
    """
    given = assent(text)
    letter_id = None if given is None else session.scalar(queries.asked_last(identity_id))
    if given is None or letter_id is None or look(session, letter_id, now).standing is not Standing.OPEN:
        return None
    return answer(session, letter_id, given=given, way="keyword", now=now)


def record(session: Session, whose: Whose, wording: Wording, *, given: bool, at: datetime, now: datetime) -> None:
    """Append a decision, for good: whatever request is open is answered by it, and what waits for it goes or ends."""
    record_all(session, [(whose, wording, at)], given=given, now=now)


def record_all(
    session: Session, decisions: Sequence[tuple[Whose, Wording, datetime]], *, given: bool, now: datetime
) -> None:
    """Several at once, each with the moment at which it was made."""
    session.execute(insert(Consent), [_row(*decision, given=given) for decision in decisions])
    concerned: dict[tuple[str, str], list[int]] = {}
    for whose, _wording, _at in decisions:
        if whose.contact_id is not None:
            concerned.setdefault((whose.channel, whose.purpose), []).append(whose.contact_id)
    for (channel, purpose), contact_ids in concerned.items():
        _answered(session, contact_ids, channel, purpose, given=given, now=now)


def learnt(session: Session, whose: Whose, *, given: bool, now: datetime) -> None:
    """A decision was recorded by another way, while a request may be open: it is answered by that."""
    ids = [] if whose.contact_id is None else [whose.contact_id]
    _answered(session, ids, whose.channel, whose.purpose, given=given, now=now)


def _row(whose: Whose, wording: Wording, at: datetime, *, given: bool) -> dict[str, object]:
    return {
        "contact_id": whose.contact_id,
        "identity_id": whose.identity_id,
        "channel": whose.channel,
        "purpose": whose.purpose,
        "given": given,
        "way": wording.way,
        "source": wording.source,
        "wording": wording.text,
        "wording_version": wording.version,
        "language": wording.language,
        "at": at,
    }


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


def _request(session: Session, delivery_id: int) -> tuple[ConsentRequest, Delivery]:
    found = session.execute(queries.request_of(delivery_id)).first()
    if found is None:
        raise NotFound("consent.not_found", id=delivery_id)
    return found[0], found[1]


def _told(session: Session, request: ConsentRequest, letter: Delivery, now: datetime) -> Asked:
    content = session.get_one(ContentRow, letter.content_id)
    origin = session.get_one(Origin, letter.origin_id)
    sender = session.get(SenderRow, origin.sender_id) if origin.sender_id else None
    if request.answered_at is not None:
        standing = Standing.ACCEPTED if request.given else Standing.DECLINED
    elif queries.end_of(letter, int(business.value(session, "consent_days"))) <= now:
        standing = Standing.ENDED
    else:
        standing = Standing.OPEN
    return Asked(standing, request.channel, content.source, content.language, sender.name if sender else None)


def _answered(
    session: Session, contact_ids: Sequence[int], channel: str, purpose: str, *, given: bool, now: datetime
) -> None:
    """The requests are answered, and whatever waited for it goes, or ends, in the same transaction."""
    session.flush()
    session.execute(
        update(ConsentRequest)
        .where(ConsentRequest.contact_id.in_(contact_ids), ConsentRequest.answered_at.is_(None))
        .where(ConsentRequest.channel == channel, ConsentRequest.purpose == purpose)
        .values(given=given, answered_at=now)
    )
    session.execute(queries.settle(channel, purpose, now, Delivery.contact_id.in_(contact_ids)))
    revisions.move(session)
    ring(session)


def _unsubscribe(session: Session, letter: Delivery) -> None:
    entry = insert(Suppression).values(
        list=SuppressionList.UNSUBSCRIBED,
        contact_id=letter.contact_id,
        channel=letter.channel,
        address_key=letter.address_key,
        source="consent",
        delivery_id=letter.id,
    )
    session.execute(entry.on_conflict_do_nothing())


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
    letters = press(channel, sender=sender.name, imprint=sender.imprint, days=days)
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
