"""People are found by whatever an operator remembers of them."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import Sessions
from core.queries.contact_pages import matches
from core.tables.contacts import Contact, Identity
from tests.integration.campaign_factory import NOON

PEOPLE = {
    "K-1": ("Ann", "Öztürk", "ann.o@example.org"),
    "K-2": ("Bob", "Annan", "Info@shop_1.example"),
    "1003": ("Cyd%", "Dee", "42@example.org"),
}


@pytest.fixture
def session(sessions: Sessions) -> Session:
    session = sessions()
    for number, (external_id, (first, last, address)) in enumerate(PEOPLE.items(), start=1):
        contact = Contact(external_id=external_id, first_name=first, last_name=last)
        session.add(contact)
        session.flush()
        key = number.to_bytes(16, "big")
        session.add(Identity(contact_id=contact.id, channel="email", address=address, address_key=key))
    old = Identity(contact_id=contact.id, channel="email", address="old@x.org", address_key=b"old", ended_at=NOON)
    session.add(old)
    session.flush()
    return session


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ann", "K-1 K-2"),
        ("ÖZ", "K-1"),
        ("cyd%", "1003"),
        ("%", ""),
        ("ann.", "K-1"),
        ("info@", "K-2"),
        ("INFO@shop_1.ex", "K-2"),
        ("info@shopx", ""),
        ("42@", "1003"),
        ("1003", "1003"),
        ("K-2", "K-2"),
        ("old@x", ""),
    ],
)
def test_people_are_found_by_the_beginning_of_a_name_or_address(session: Session, search: str, found: str) -> None:
    with session:
        assert _found(session, search, []) == found.split()


def test_a_whole_address_finds_who_had_it_before(session: Session) -> None:
    with session:
        assert _found(session, "old@x.org", [b"old"]) == ["1003"]


def _found(session: Session, search: str, keys: list[bytes]) -> list[str | None]:
    return list(session.scalars(select(Contact.external_id).where(matches(search, keys)).order_by(Contact.id)))
