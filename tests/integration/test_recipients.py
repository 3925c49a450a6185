"""The preview says what the preparation does: everybody chosen gets one delivery, and who is left out a reason."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from channels.known import CHANNELS
from core.database import Sessions
from core.queries import audience, preparing
from core.services import recipients
from core.services import segments as making
from core.tables.campaigns import Campaign, Origin
from core.tables.consent import Consent, ConsentRequest
from core.tables.contacts import Contact, Identity
from core.tables.contents import ContentRow
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import CampaignState, Reason
from tests.integration.campaign_factory import NOON, make_contacts, make_content, make_sender

EVERYBODY: dict[str, Any] = {"all": []}
GERMANS = {"field": "country", "op": "eq", "value": "DE"}


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipients, "FIRST_CHUNK", 2)
    monkeypatch.setattr(recipients, "CHUNK", 3)


def test_the_preview_says_by_reason_what_the_preparation_does(sessions: Sessions, small_chunks: None) -> None:
    with sessions.begin() as session:
        ids = make_contacts(session, 12)
        for one, same in ((1, 0), (9, 0), (11, 10)):
            _share(session, ids[one], ids[same])
        session.execute(delete(Identity).where(Identity.contact_id == ids[3]))
        session.get_one(Contact, ids[4]).first_name = None
        session.add(Suppression(list="unsubscribed", channel="email", contact_id=ids[10], source="link"))
        campaign_id = _sending(session)
    counted = _counted(sessions, campaign_id)
    _prepare(sessions, campaign_id)
    with sessions() as session:
        rows = session.execute(select(Delivery.contact_id, Delivery.reason).order_by(Delivery.contact_id)).all()
    assert [row[0] for row in rows] == ids
    found = Counter(row[1] for row in rows)
    assert found.pop(None) == counted.reachable == 7
    assert (
        found
        == counted.reasons
        == {
            Reason.DUPLICATE_ADDRESS: 2,
            Reason.NO_ADDRESS: 1,
            Reason.TEMPLATE_LACKS_VALUE: 1,
            Reason.UNSUBSCRIBED: 1,
        }
    )


def test_of_those_who_share_an_address_the_first_who_may_be_written_to_gets_the_message(
    sessions: Sessions, small_chunks: None
) -> None:
    with sessions.begin() as session:
        ids = make_contacts(session, 6)
        for contact_id in ids[1:]:
            _share(session, contact_id, ids[0])
        session.add(Suppression(list="marketing", contact_id=ids[0], source="person"))
        campaign_id = _sending(session)
    _prepare(sessions, campaign_id)
    with sessions() as session:
        free = select(Delivery.contact_id).where(Delivery.reason.is_(None))
        assert session.scalars(free).all() == [ids[1]]


def test_a_chunk_that_is_prepared_twice_adds_nothing(sessions: Sessions) -> None:
    with sessions.begin() as session:
        ids = make_contacts(session, 4)
        _share(session, ids[3], ids[2])
        campaign = session.get_one(Campaign, _sending(session))
        for _ in range(2):
            session.execute(preparing.prepare_chunk(campaign, [], 0, ids[-1], NOON, cancelled=False))
        rows = session.execute(select(Delivery.contact_id, Delivery.reason).order_by(Delivery.contact_id)).all()
        assert [tuple(row) for row in rows] == [*((one, None) for one in ids[:3]), (ids[3], "duplicate_address")]


def test_who_lacks_what_the_exclusion_asks_for_is_not_excluded(sessions: Sessions) -> None:
    with sessions.begin() as session:
        ids = make_contacts(session, 3)
        session.get_one(Contact, ids[0]).country = "DE"
        session.get_one(Contact, ids[1]).country = "AT"
        campaign_id = _sending(session, exclude=GERMANS)
    counted = _counted(sessions, campaign_id)
    assert (counted.reachable, counted.excluded) == (2, 1)
    _prepare(sessions, campaign_id)
    with sessions() as session:
        assert session.scalars(select(Delivery.contact_id).order_by(Delivery.contact_id)).all() == ids[1:]


def test_where_consent_is_required_its_latest_record_and_unanswered_requests_count(
    sessions: Sessions, small_chunks: None
) -> None:
    with sessions.begin() as session:
        yes, no, again, asked, never = make_contacts(session, 5)
        for contact_id, given in ((yes, True), (no, True), (no, False), (again, False), (again, True)):
            session.add(
                Consent(contact_id=contact_id, channel="email", purpose="marketing", given=given, way="person", at=NOON)
            )
            session.flush()
        request = Origin(kind="consent", channel="email", purpose="consent")
        session.add(request)
        session.flush()
        long_ago = NOON - timedelta(days=40)
        session.add(
            Delivery(origin_id=request.id, contact_id=asked, channel="email", state="sent", settled_at=long_ago)
        )
        session.add(
            ConsentRequest(
                contact_id=asked,
                origin_id=request.id,
                channel="email",
                purpose="marketing",
                asked_by="test",
                asked_at=long_ago,
            )
        )
        campaign_id = _sending(session, consent_required=True)
    counted = _counted(sessions, campaign_id)
    assert (counted.reachable, counted.reasons) == (
        2,
        {Reason.CONSENT_DECLINED: 1, Reason.CONSENT_UNANSWERED: 1, Reason.CONSENT_MISSING: 1},
    )
    _prepare(sessions, campaign_id)
    with sessions() as session:
        prepared = select(Delivery.contact_id, Delivery.reason).where(Delivery.origin_id != request.id)
        reasons = dict(session.execute(prepared).all())
    assert reasons == {
        yes: None,
        no: "consent_declined",
        again: None,
        asked: "consent_unanswered",
        never: "consent_missing",
    }


def _sending(session: Session, *, exclude: dict[str, Any] | None = None, consent_required: bool = False) -> int:
    """A campaign to everybody that is launched and not prepared."""
    content_id, sender_id = make_content(session), make_sender(session)
    session.get_one(ContentRow, content_id).required = ["first_name"]
    everybody = making.create_dynamic(session, name="All", expression=EVERYBODY, by="test").id
    excluded = [making.create_dynamic(session, name="Not", expression=exclude, by="test").id] if exclude else []
    campaign = Campaign(
        name="Spring",
        channel="email",
        purpose="marketing",
        state=CampaignState.SENDING,
        sender_id=sender_id,
        content_id=content_id,
        consent_required=consent_required,
        audience=audience.frozen(session, [everybody], excluded, NOON),
        created_by="test",
    )
    session.add(campaign)
    session.flush()
    origin = Origin(kind="campaign", channel="email", purpose="marketing", campaign_id=campaign.id)
    session.add(origin)
    session.flush()
    campaign.origin_id = origin.id
    return campaign.id


def _share(session: Session, contact_id: int, other_id: int) -> None:
    """Give the contact the other one's address."""
    key = session.scalar(select(Identity.address_key).where(Identity.contact_id == other_id))
    session.execute(delete(Identity).where(Identity.contact_id == contact_id))
    shared = {"contact_id": contact_id, "channel": "email", "address": "home@example.org", "address_key": key}
    session.execute(insert(Identity), [shared])


def _counted(sessions: Sessions, campaign_id: int) -> audience.Counts:
    with sessions() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert campaign.audience is not None
        return audience.by_reason(session, campaign, campaign.audience, ["first_name"], NOON)


def _prepare(sessions: Sessions, campaign_id: int) -> None:
    assert recipients.prepare(
        sessions, campaign_id, channels=CHANNELS, holder="test", clock=lambda: NOON, stop=lambda: False, press=None
    )
