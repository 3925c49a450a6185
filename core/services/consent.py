"""What an answer to a request for consent does: it is recorded for good, and acted on at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.queries import consent as queries
from core.queries import revisions
from core.queries import settings as business
from core.queries.bell import ring
from core.rules.keywords import assent
from core.tables.campaigns import Origin, SenderRow
from core.tables.consent import Consent, ConsentRequest
from core.tables.contents import ContentRow
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import SuppressionList


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
    append(session, [(whose, wording, at)], given=given, now=now)
    announce(session)


def append(
    session: Session, decisions: Sequence[tuple[Whose, Wording, datetime]], *, given: bool, now: datetime
) -> None:
    """Several at once, each with the moment at which it was made; the caller announces them, once for all."""
    session.execute(insert(Consent), [_row(*decision, given=given) for decision in decisions])
    concerned: dict[tuple[str, str], list[int]] = {}
    for whose, _wording, _at in decisions:
        if whose.contact_id is not None:
            concerned.setdefault((whose.channel, whose.purpose), []).append(whose.contact_id)
    for (channel, purpose), contact_ids in concerned.items():
        _answered(session, contact_ids, channel, purpose, given=given, now=now)


def announce(session: Session) -> None:
    """Consents have changed: who can be reached is counted anew, and what was let go is sent."""
    revisions.move(session)
    ring(session)


def learnt(session: Session, whose: Whose, *, given: bool, now: datetime) -> None:
    """A decision was recorded by another way, while a request may be open: it is answered by that."""
    ids = [] if whose.contact_id is None else [whose.contact_id]
    _answered(session, ids, whose.channel, whose.purpose, given=given, now=now)
    announce(session)


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
