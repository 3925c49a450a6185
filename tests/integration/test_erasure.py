"""A person is erased: nothing that names them is left, nothing brings them back, and the ledger adds up."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import Invalid, Refused
from core.queries import ledger, statistics
from core.rules.addresses import address_key
from core.services import erasure
from core.tables.attempts import Attempt
from core.tables.campaigns import Campaign
from core.tables.consent import Consent
from core.tables.contacts import Contact, Identity
from core.tables.conversations import Conversation, ConversationMessage
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.tables.imports import Import, ImportRefusal
from core.tables.suppression import Suppression
from core.vocabulary import DeliveryState
from tests.integration.campaign_factory import NOON, make_campaign
from tests.integration.test_imports import KEY, run, written

ADDRESS = "Ada.Secret@example.org"
WORDS = "secret"


def filled(session: Session) -> int:
    """Ada, with a trace of her in every table that may hold one."""
    campaign = make_campaign(session, recipients=3)
    ada = session.scalars(select(Delivery).where(Delivery.origin_id == campaign.origin_id)).first()
    assert ada
    assert ada.contact_id
    names = {"first_name": "Ada Secret", "last_name": "Secret", "external_id": "secret-1", "attributes": {"a": WORDS}}
    session.execute(update(Contact).where(Contact.id == ada.contact_id).values(names))
    key = address_key(KEY, "email", ADDRESS)
    mine = update(Identity).where(Identity.contact_id == ada.contact_id)
    session.execute(mine.values(address=ADDRESS, address_key=key))
    session.execute(update(Delivery).where(Delivery.id == ada.id).values(address_key=key))
    chat = Identity(contact_id=ada.contact_id, channel="telegram", address="secret", address_key=b"t" * 16)
    session.add(chat)
    session.flush()
    session.add(Conversation(identity_id=chat.id, last_inbound_at=NOON, unanswered_since=NOON))
    session.flush()
    message = {"direction": "in", "kind": "text", "text": WORDS, "key": "secret", "for_desk": True, "at": NOON}
    session.add(ConversationMessage(identity_id=chat.id, **message))
    said = {"said": "550 secret", "way": "link"}
    session.add_all(
        [
            Attempt(delivery_id=ada.id, number=1, outcome="deferred", said=WORDS, at=NOON),
            EventRow(kind="bounced", provider="t", key="1", delivery_id=ada.id, details=said, at=NOON),
            Consent(
                contact_id=ada.contact_id,
                channel="telegram",
                purpose="marketing",
                given=True,
                way="keyword",
                wording=WORDS,
                at=NOON,
            ),
        ]
    )
    session.add(Import(id=7, filename="old.csv", created_by="test"))
    session.flush()
    session.add(ImportRefusal(import_id=7, row=2, code="import.bad_email", cells=["x", "ada.secret@EXAMPLE.org"]))
    session.add(ImportRefusal(import_id=7, row=3, code="import.bad_email", cells=["y", "bea@example.org"]))
    sent = {"state": "sent", "attempt": 1, "settled_at": NOON, "said": "250 secret"}
    others = select(Delivery.id).where(Delivery.origin_id == campaign.origin_id, Delivery.id != ada.id)
    session.execute(update(Delivery).where(Delivery.id.in_(others)).values(sent))
    return ada.contact_id


def everything(session: Session) -> str:
    """Every row of every table, as text."""
    tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    return "\n".join(
        row for name in tables for row in session.scalars(text(f"SELECT t::text FROM {name} t")).all()
    ).lower()


def test_nothing_of_the_person_is_left_and_the_ledger_adds_up(sessions: Sessions) -> None:
    with sessions.begin() as session:
        contact_id = filled(session)
        assert everything(session).count(WORDS) > 8
        theirs = update(Delivery).where(Delivery.contact_id != contact_id).values(said=None)
        session.execute(theirs)
    with sessions.begin() as session:
        assert erasure.erase(session, contact_id, confirmed=True, by="operator:1").addresses == 2
    with sessions.begin() as session:
        assert WORDS not in everything(session)
        assert session.scalars(select(ImportRefusal.row)).all() == [3]
        assert session.scalar(select(func.count()).where(Suppression.list == "erased")) == 2
        (campaign_id,) = session.scalars(select(Campaign.id))
        figures = statistics.figures(session, campaign_id)
        assert (figures.recipients, figures.sent, figures.reasons) == (3, 2, {"erased": 1})
        session.execute(update(Campaign).values(state="sent", finished_at=NOON))
        assert ledger.offences(session) == []


def test_what_waits_for_them_ends_and_no_import_brings_them_back(sessions: Sessions, tmp_path: Path) -> None:
    with sessions.begin() as session:
        contact_id = filled(session)
        waits = {"state": "awaiting_consent", "due_at": NOON + timedelta(days=9)}
        session.execute(update(Delivery).where(Delivery.contact_id == contact_id).values(waits))
    with sessions.begin() as session:
        erasure.erase(session, contact_id, confirmed=True, by="command")
        delivery = session.scalars(select(Delivery).where(Delivery.contact_id == contact_id)).one()
        assert (delivery.state, delivery.reason, delivery.due_at) == (DeliveryState.SKIPPED, "erased", None)
    _, result = run(sessions, written(tmp_path, f"email;Vorname;Kundennummer\n{ADDRESS};Ada;secret-1\n"))
    assert (result.added, result.updated, result.refused) == (0, 0, 1)


def test_it_is_typed_and_done_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        contact_id = filled(session)
        with pytest.raises(Invalid, match="not_confirmed"):
            erasure.erase(session, contact_id, confirmed=False, by="command")
        erasure.erase(session, contact_id, confirmed=True, by="command")
        with pytest.raises(Refused, match=r"contact\.erased"):
            erasure.erase(session, contact_id, confirmed=True, by="command")
