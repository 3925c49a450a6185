"""Lists of those who may not be contacted: putting people on them, whom each entry names, and what became of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, literal, or_, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session, aliased

from core.errors import NotFound
from core.tables.audit import AuditEntry
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import SuppressionList


@dataclass(frozen=True, slots=True)
class Named:
    """Whom an entry names; all is None where only the hash of an address is left."""

    contact_id: int | None = None
    name: str | None = None
    address: str | None = None


def get(session: Session, suppression_id: int) -> Suppression:
    """Raise NotFound (`suppression.not_found`) if there is none."""
    row = session.get(Suppression, suppression_id)
    if row is None:
        raise NotFound("suppression.not_found", id=suppression_id)
    return row


def matches(address_keys: Sequence[bytes]) -> ColumnElement[bool]:
    """Entries that name an address, or a contact who has or had it."""
    owners = select(Identity.contact_id).where(Identity.address_key.in_(address_keys))
    return or_(Suppression.address_key.in_(address_keys), Suppression.contact_id.in_(owners))


def naming(session: Session, address_keys: Sequence[bytes]) -> Sequence[Suppression]:
    """Entries of an address or its owner, the released too, in order; those that stand beside another are left out."""
    named = select(Suppression).where(matches(address_keys), ~beside_an_address())
    return session.scalars(named.order_by(Suppression.id)).all()


def put_on(name: SuppressionList, *which: ColumnElement[bool], source: str, whole_contact: bool = False) -> Insert:
    """The addresses of such deliveries onto a list, or (`whole_contact`) their contacts on every channel."""
    key = case((literal(whole_contact), None), else_=Delivery.address_key)
    channel = literal(None) if whole_contact else Delivery.channel
    known = Delivery.contact_id.is_not(None) if whole_contact else Delivery.address_key.is_not(None)
    named = select(literal(name.value), Delivery.contact_id, channel, key, literal(source), Delivery.id)
    columns = ["list", "contact_id", "channel", "address_key", "source", "delivery_id"]
    return insert(Suppression).from_select(columns, named.where(*which, known)).on_conflict_do_nothing()


def beside_an_address() -> ColumnElement[bool]:
    """Entries of a person that stand beside one of their address, on the same list and released or not like it."""
    other = aliased(Suppression)
    twin = select(other.id).where(
        other.list == Suppression.list,
        other.contact_id == Suppression.contact_id,
        other.address_key.is_not(None),
        other.topic.is_not_distinct_from(Suppression.topic),
        other.released_at.is_not_distinct_from(Suppression.released_at),
    )
    return and_(Suppression.address_key.is_(None), twin.exists())


def named(session: Session, rows: Sequence[Suppression]) -> dict[int, Named]:
    """By the entries' ids; the addresses of all come in one query, and so do the names."""
    keys = {row.address_key for row in rows if row.address_key is not None}
    found = select(Identity.address_key, Identity.address, Identity.contact_id).where(Identity.address_key.in_(keys))
    addresses = {key: (address, contact_id) for key, address, contact_id in session.execute(found)}
    contact_ids = {row.contact_id for row in rows} | {contact_id for _, contact_id in addresses.values()}
    names = {
        contact_id: " ".join(part for part in (first, last) if part)
        for contact_id, first, last in session.execute(
            select(Contact.id, Contact.first_name, Contact.last_name).where(Contact.id.in_(contact_ids - {None}))
        )
    }
    return {row.id: _named(row, addresses, names) for row in rows}


def every(session: Session, name: str | None, *, released: bool = False) -> Iterator[tuple[Suppression, str | None]]:
    """All entries in force (or the released too) with the address where it is still known, streamed for an export."""
    address = (
        select(Identity.address)
        .where(Identity.address_key == Suppression.address_key, Identity.address.is_not(None))
        .order_by(Identity.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = select(Suppression, address).where(Suppression.address_key.is_not(None)).order_by(Suppression.id)
    if name:
        statement = statement.where(Suppression.list == name)
    if not released:
        statement = statement.where(Suppression.released_at.is_(None))
    for row in session.execute(statement.execution_options(yield_per=2000)):
        yield row[0], row[1]


def history(session: Session, suppression_id: int) -> Sequence[AuditEntry]:
    """What was noted of it, the latest first."""
    noted = select(AuditEntry).where(AuditEntry.subject == f"suppression:{suppression_id}")
    return session.scalars(noted.order_by(AuditEntry.id.desc())).all()


def _named(row: Suppression, addresses: dict[bytes, tuple[str | None, int | None]], names: dict[int, str]) -> Named:
    address, owner = addresses.get(row.address_key, (None, None)) if row.address_key else (None, None)
    contact_id = row.contact_id or owner
    return Named(contact_id, names.get(contact_id) if contact_id else None, address)
