"""Erasing a person: names, addresses, conversations and words go; a keyed hash and the ledger's rows stay."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound, Refused
from core.queries import erasure as queries
from core.queries import revisions
from core.queries.bell import ring
from core.services import audit
from core.tables.contacts import Contact, Identity


@dataclass(frozen=True, slots=True)
class Erased:
    """How many addresses are kept as a hash, so that no import brings the person back."""

    contact_id: int
    addresses: int


def erase(session: Session, contact_id: int, *, confirmed: bool, by: str) -> Erased:
    """Empty all that names or quotes the person, for ever, and end what waits for them.

    `confirmed`: whoever asks has looked at who it is. Raises NotFound (`contact.not_found`), Refused
    (`contact.erased`) the second time, and Invalid (`contact.not_confirmed`).
    """
    contact = session.get(Contact, contact_id, with_for_update=True, populate_existing=True)
    if contact is None:
        raise NotFound("contact.not_found", id=contact_id)
    if contact.erased_at is not None:
        raise Refused("contact.erased", id=contact_id)
    if not confirmed:
        raise Invalid("contact.not_confirmed", where="confirmed", id=contact_id)
    found = session.execute(
        select(Identity.address_key, Identity.address).where(Identity.contact_id == contact_id)
    ).all()
    keys = sorted({key for key, _ in found})
    if keys:
        session.execute(queries.list_erased(keys, by))
    for statement in queries.emptying(contact_id, keys, [address for _, address in found if address]):
        session.execute(statement, execution_options={"synchronize_session": False})
    session.expire_all()
    revisions.move(session)
    audit.note(session, by, "erase", f"contact:{contact_id}", addresses=len(keys))
    ring(session)
    return Erased(contact_id, len(keys))
