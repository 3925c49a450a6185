"""Lists of those who may not be contacted: filled and released by people, as far as that is theirs to decide."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound, Refused
from core.queries import revisions
from core.rules.addresses import address_key
from core.rules.contacts import cells
from core.rules.suppression import by_hand
from core.services import audit
from core.tables.contacts import Identity
from core.tables.suppression import Suppression
from core.vocabulary import SuppressionList

SOURCE = "person"
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Listed:
    """How many addresses came onto the list, how many were on it already, and what was no address."""

    added: int
    already: int
    wrong: list[str]


def add(
    session: Session,
    name: SuppressionList,
    channel: str,
    entries: Sequence[str],
    *,
    key: bytes,
    country: str,
    by: str,
) -> Listed:
    """Put addresses of a channel on the general or the marketing blacklist; nobody has to be known by them.

    The marketing blacklist speaks of people: who is known by the address is on it for all channels. Raises Refused
    (`suppression.not_by_hand`) for the other lists, and Invalid (`suppression.nobody`) without any entry.
    """
    if not by_hand(name):
        raise Refused("suppression.not_by_hand")
    wanted, wrong = _wanted(channel, entries, key, country)
    if not wanted and not wrong:
        raise Invalid("suppression.nobody", where="entries")
    added = 0
    for keys in _chunks(wanted):
        owners = _owners(session, channel, keys)
        added += inserted(session, [_by_address(name, channel, one, owners.get(one, []), by) for one in keys])
        if name == SuppressionList.MARKETING:
            people = sorted({contact_id for ids in owners.values() for contact_id in ids})
            inserted(session, [_by_contact(name, contact_id, by) for contact_id in people])
    revisions.move(session)
    audit.note(session, by, "add", f"list:{name.value}", added=added)
    return Listed(added, len(wanted) - added, wrong)


def release(session: Session, suppression_id: int, *, reason: str, by: str, now: datetime) -> Suppression:
    """Take somebody off the general or the marketing blacklist, with the reason in the audit.

    On the marketing blacklist all that names the same person goes together. Raises Refused for the other lists
    (`suppression.<list>_stays`) and for what is released already, Invalid (`suppression.no_reason`) without a reason.
    """
    row = session.get(Suppression, suppression_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("suppression.not_found", id=suppression_id)
    if not by_hand(row.list):
        raise Refused(f"suppression.{row.list}_stays")
    if row.released_at is not None:
        raise Refused("suppression.released")
    if not reason.strip():
        raise Invalid("suppression.no_reason", where="reason")
    released = update(Suppression).where(_same(row)).values(released_at=now, released_by=by)
    for one in session.scalars(released.returning(Suppression.id)).all():
        audit.note(session, by, "release", f"suppression:{one}", list=row.list, reason=reason.strip()[:500])
    revisions.move(session)
    session.refresh(row)
    return row


def _wanted(channel: str, entries: Sequence[str], key: bytes, country: str) -> tuple[list[bytes], list[str]]:
    """The keyed hashes, each once and in order, and what is no address."""
    wanted: dict[bytes, None] = {}
    wrong = []
    for entry in filter(None, map(str.strip, entries)):
        try:
            wanted[address_key(key, channel, cells.address(entry, channel, country))] = None
        except Invalid:
            wrong.append(entry)
    return list(wanted), wrong


def _owners(session: Session, channel: str, keys: Sequence[bytes]) -> Mapping[bytes, list[int]]:
    """The contacts that have these addresses at present."""
    statement = select(Identity.address_key, Identity.contact_id).where(
        Identity.channel == channel, Identity.address_key.in_(keys), Identity.ended_at.is_(None)
    )
    owners: dict[bytes, list[int]] = {}
    for key, contact_id in session.execute(statement.order_by(Identity.contact_id)):
        if contact_id is not None:
            owners.setdefault(key, []).append(contact_id)
    return owners


def inserted(session: Session, rows: Sequence[Mapping[str, object]]) -> int:
    """Put entries on their lists; how many were not there already."""
    if not rows:
        return 0
    statement = insert(Suppression).values(list(rows)).on_conflict_do_nothing()
    return len(session.scalars(statement.returning(Suppression.id)).all())


def _by_address(name: str, channel: str, key: bytes, owners: Sequence[int], by: str) -> dict[str, object]:
    owner = owners[0] if len(owners) == 1 else None
    return {**_entry(name, by), "channel": channel, "address_key": key, "contact_id": owner}


def _by_contact(name: str, contact_id: int, by: str) -> dict[str, object]:
    return {**_entry(name, by), "channel": None, "address_key": None, "contact_id": contact_id}


def _entry(name: str, by: str) -> dict[str, object]:
    return {"list": SuppressionList(name).value, "source": SOURCE, "added_by": by}


def _chunks(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]


def _same(row: Suppression) -> ColumnElement[bool]:
    in_force = and_(Suppression.list == row.list, Suppression.released_at.is_(None))
    person = Suppression.contact_id == row.contact_id
    if row.list == SuppressionList.MARKETING and row.contact_id is not None:
        return and_(in_force, or_(Suppression.id == row.id, person))
    return and_(in_force, Suppression.id == row.id)
