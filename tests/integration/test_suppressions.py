"""Blacklists: filled by hand, released with a reason, and the customers' own decisions left alone."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import Invalid, Refused
from core.queries import revisions
from core.queries.eligibility import suppression_reason
from core.rules.addresses import address_key
from core.services import suppressions
from core.services.suppressions import Listed
from core.tables.audit import AuditEntry
from core.tables.contacts import Contact, Identity
from core.tables.suppression import Suppression
from core.vocabulary import SuppressionList as L

KEY = b"a" * 32
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def add(session: Session, name: L, *entries: str, channel: str = "email") -> Listed:
    return suppressions.add(session, name, channel, entries, key=KEY, country="DE", by="operator:1")


def person(session: Session, **addresses: str) -> int:
    contact = Contact(attributes={})
    session.add(contact)
    session.flush()
    for channel, address in addresses.items():
        key = address_key(KEY, channel, address)
        session.add(Identity(contact_id=contact.id, channel=channel, address=address, address_key=key))
    session.flush()
    return contact.id


def reasons(session: Session) -> dict[str, str | None]:
    reason = suppression_reason("email", "marketing", Identity.contact_id, Identity.address_key)
    sms = suppression_reason("sms", "marketing", Identity.contact_id, Identity.address_key)
    return {
        address or "": code
        for address, channel, by_mail, by_sms in session.execute(
            select(Identity.address, Identity.channel, reason, sms)
        )
        for code in [by_mail if channel == "email" else by_sms]
    }


def test_pasted_addresses_come_onto_the_list_once_and_wrong_ones_are_named(sessions: Sessions) -> None:
    with sessions.begin() as session:
        before = revisions.current(session)
        assert add(session, L.GENERAL, "a@example.org", "A@example.org ", "", "nobody") == Listed(1, 0, ["nobody"])
        assert add(session, L.GENERAL, "a@example.org", "b@example.org") == Listed(1, 1, [])
        assert revisions.current(session) > before


def test_the_general_blacklist_holds_for_the_address_and_the_marketing_one_for_the_person(sessions: Sessions) -> None:
    with sessions.begin() as session:
        person(session, email="a@example.org", sms="+491711111111")
        person(session, email="b@example.org", sms="+491722222222")
        add(session, L.GENERAL, "a@example.org")
        add(session, L.MARKETING, "0172 2222222", channel="sms")
        assert reasons(session) == {
            "a@example.org": "general_blacklist",
            "+491711111111": None,
            "b@example.org": "marketing_blacklist",
            "+491722222222": "marketing_blacklist",
        }


def test_a_release_needs_a_reason_and_is_kept_in_the_audit(sessions: Sessions) -> None:
    with sessions.begin() as session:
        person(session, email="b@example.org", sms="+491722222222")
        add(session, L.MARKETING, "b@example.org")
        first = session.scalars(select(Suppression.id).order_by(Suppression.id)).first()
        assert first
        with pytest.raises(Invalid, match="no_reason"):
            suppressions.release(session, first, reason=" ", by="operator:1", now=NOON)
        suppressions.release(session, first, reason="called us", by="operator:1", now=NOON)
        assert set(reasons(session).values()) == {None}
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "release")).all()
        assert {one.details["reason"] for one in noted} == {"called us"}
        with pytest.raises(Refused, match=r"suppression\.released"):
            suppressions.release(session, first, reason="again", by="operator:1", now=NOON)
        assert add(session, L.MARKETING, "b@example.org").added == 1


@pytest.mark.parametrize("name", [L.UNSUBSCRIBED, L.COMPLAINTS, L.ERASED])
def test_what_customers_decided_is_neither_made_nor_released_by_people(sessions: Sessions, name: L) -> None:
    with sessions.begin() as session:
        with pytest.raises(Refused, match="not_by_hand"):
            add(session, name, "a@example.org")
        row = Suppression(list=name, channel="email", address_key=b"k" * 16, source="link")
        session.add(row)
        session.flush()
        with pytest.raises(Refused, match=f"{name}_stays"):
            suppressions.release(session, row.id, reason="asked", by="operator:1", now=NOON)
