"""The numbers among a draft's chosen that need a look, each with its contact and the row it came from."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.ports import Traits
from core.queries import audience, segments
from core.tables.campaigns import Campaign
from core.tables.contacts import Contact, Identity
from core.tables.imports import Import
from core.vocabulary import Reason

SHOWN = 50
CHUNK = 1000
AT_FAULT = (Reason.INVALID_ADDRESS, Reason.NOT_A_MOBILE, Reason.COUNTRY_NOT_ENABLED, Reason.DUPLICATE_ADDRESS)
"""What else is said of a number itself; of other reasons the person is the cause."""
Found = tuple[int, Reason]
"""An identity, and why its number needs a look."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """One such number; `filename` and `row` are known of those that came by an import that is still kept."""

    contact_id: int
    name: str
    number: str | None
    reason: Reason
    import_id: int | None
    filename: str | None
    row: int | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many of each reason, and the first of them."""

    counts: dict[Reason, int]
    first: Sequence[Doubtful]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def look(session: Session, campaign: Campaign, now: datetime, *, traits: Traits) -> Numbers:
    """Count all, and tell of the first `SHOWN`."""
    counts: Counter[Reason] = Counter()
    first: list[Found] = []
    for one in _found(session, campaign, now, traits):
        counts[one[1]] += 1
        if len(first) < SHOWN:
            first.append(one)
    return Numbers(dict(counts.most_common()), _told(session, first))


def every(session: Session, campaign: Campaign, now: datetime, *, traits: Traits) -> Iterator[Doubtful]:
    """All of them, streamed, for an export."""
    found = _found(session, campaign, now, traits)
    while chunk := list(islice(found, CHUNK)):
        yield from _told(session, chunk)


def _found(session: Session, campaign: Campaign, now: datetime, traits: Traits) -> Iterator[Found]:
    """In the order of the contacts: of several with one number the first gets the message."""
    segments.plan_for_all(session)
    frozen = audience.frozen(session, campaign.include, campaign.exclude, now)
    chosen = audience.judged(session, campaign, frozen, (), now, traits=traits)
    columns = chosen.add_columns(Identity.id).where(Identity.id.is_not(None))
    taken: set[bytes] = set()
    for reason, key, _, identity_id in session.execute(
        columns.order_by(Contact.id), execution_options={"yield_per": 5 * CHUNK}
    ):
        why = Reason(reason) if reason else _twice(key, taken)
        if why in AT_FAULT:
            yield identity_id, why


def _twice(key: bytes | None, taken: set[bytes]) -> Reason | None:
    if key is None or key not in taken:
        taken.update(() if key is None else (key,))
        return None
    return Reason.DUPLICATE_ADDRESS


def _told(session: Session, found: Sequence[Found]) -> list[Doubtful]:
    """Looked up by id, table by table: a join would be planned for everybody."""
    ids = [identity_id for identity_id, _ in found]
    known = {one.id: one for one in session.scalars(select(Identity).where(Identity.id.in_(ids)))}
    whose = {one.contact_id for one in known.values()}
    contacts = {one.id: one for one in session.scalars(select(Contact).where(Contact.id.in_(whose)))}
    files = {one.import_id for one in known.values()} - {None}
    names = {row[0]: row[1] for row in session.execute(select(Import.id, Import.filename).where(Import.id.in_(files)))}
    return [_doubtful(known[id_], contacts[known[id_].contact_id or 0], reason, names) for id_, reason in found]


def _doubtful(identity: Identity, contact: Contact, reason: Reason, names: Mapping[int, str]) -> Doubtful:
    kept = identity.import_id if identity.import_id in names else None
    return Doubtful(
        contact_id=contact.id,
        name=" ".join(part for part in (contact.first_name, contact.last_name) if part),
        number=identity.address,
        reason=reason,
        import_id=kept,
        filename=None if kept is None else names[kept],
        row=None if kept is None else identity.import_row,
    )
