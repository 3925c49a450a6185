"""Consent by mail: asked once, answered once, and what waits for the answer goes or ends with it."""

from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

from channels.consent import ConsentWording
from channels.known import CHANNELS
from core.database import Sessions
from core.errors import Refused
from core.queries import audience
from core.queries.due import campaigns_to_finish
from core.rules import tokens
from core.services import asking, consent, recipients
from core.services import segments as making
from core.services.consent import Standing
from core.tables.campaigns import Campaign, Origin
from core.tables.consent import Consent, ConsentRequest
from core.tables.contacts import Contact, Identity
from core.tables.contents import ContentRow
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import CampaignState, DeliveryState
from tests.integration.campaign_factory import NOON, make_contacts, make_content, make_sender
from web.app import create_app

KEY = b"k" * 32
ASKING = ConsentWording("en")


def test_those_who_lack_only_consent_are_asked_in_their_language_and_the_others_are_not(sessions: Sessions) -> None:
    with sessions.begin() as session:
        yes, no, german, english, barred = make_contacts(session, 5)
        session.get_one(Contact, german).language = "de-AT"
        _recorded(session, yes, True)
        _recorded(session, no, False)
        session.add(Suppression(list="marketing", contact_id=barred, source="person"))
        campaign_id = _sending(session)
    _prepare(sessions, campaign_id)
    assert _standing(sessions, campaign_id) == {
        yes: ("pending", None),
        no: ("skipped", "consent_declined"),
        german: ("awaiting_consent", "consent_missing"),
        english: ("awaiting_consent", "consent_missing"),
        barred: ("skipped", "marketing_blacklist"),
    }
    with sessions() as session:
        letters = session.execute(
            select(Delivery.contact_id, ContentRow.language, ContentRow.html, Delivery.state)
            .join(ContentRow, ContentRow.id == Delivery.content_id)
            .join(Origin, Origin.id == Delivery.origin_id)
            .where(Origin.kind == "consent")
        ).all()
    assert {(row[0], row[1], row[3]) for row in letters} == {(german, "de", "pending"), (english, "en", "pending")}
    assert not any("open_url" in str(row[2]) or "click_" in str(row[2]) for row in letters), "a request tracks nobody"


def test_the_preview_says_who_is_asked_as_the_preparation_asks_them(sessions: Sessions) -> None:
    with sessions.begin() as session:
        yes, one, two, nameless = make_contacts(session, 4)
        _recorded(session, yes, True)
        session.get_one(Contact, nameless).first_name = None
        home = {"channel": "email", "address": "home@example.org", "address_key": b"h" * 16}
        session.execute(update(Identity).where(Identity.contact_id.in_((one, two))).values(home))
        campaign = session.get_one(Campaign, _sending(session))
        content = session.get_one(ContentRow, campaign.content_id)
        content.required = ["first_name"]
        assert campaign.audience is not None
        asks = asking.askable(session, campaign, CHANNELS)
        by_mail = audience.by_reason(session, campaign, campaign.audience, content.required, NOON, asking=asks)
        campaign.channel = "sms"
        assert asking.askable(session, campaign, CHANNELS) is None
        campaign.channel = "email"
    assert (by_mail.reachable, by_mail.asked) == (1, 1)
    _prepare(sessions, campaign.id)
    standing = _standing(sessions, campaign.id).values()
    assert Counter(state for state, _ in standing) == {"pending": 1, "awaiting_consent": 1, "skipped": 2}
    assert Counter(reason for _, reason in standing if reason) == by_mail.reasons


def test_acceptance_lets_every_waiting_delivery_go_at_once_and_is_recorded_word_for_word(sessions: Sessions) -> None:
    with sessions.begin() as session:
        (contact_id,) = make_contacts(session, 1)
        first = _sending(session)
        second = _sending(session, name="Summer")
    for campaign_id in (first, second):
        _prepare(sessions, campaign_id)
    letter = _letter(sessions, contact_id)
    later = NOON + timedelta(days=3)
    with sessions.begin() as session:
        told = consent.answer(session, letter, given=True, way="link", now=later)
    assert (told.standing, told.new) == (Standing.ACCEPTED, True)
    for campaign_id in (first, second):
        assert _standing(sessions, campaign_id)[contact_id] == ("pending", None)
    with sessions() as session:
        assert set(session.scalars(select(Delivery.due_at).where(Delivery.due_at.is_not(None)))) == {later}
        (record,) = session.scalars(select(Consent))
        assert (record.given, record.way, record.wording_version, record.language) == (True, "link", "1", "en")
        assert record.wording == "Shop may send me news and offers by email. I can withdraw this at any time."
        assert record.identity_id is not None
        assert session.scalars(select(ConsentRequest.id)).all() == [1]


def test_refusal_ends_what_waits_and_unsubscribes_on_that_channel(sessions: Sessions) -> None:
    with sessions.begin() as session:
        (contact_id,) = make_contacts(session, 1)
        campaign_id = _sending(session)
    _prepare(sessions, campaign_id)
    with sessions.begin() as session:
        consent.answer(session, _letter(sessions, contact_id), given=False, way="link", now=NOON)
    assert _standing(sessions, campaign_id)[contact_id] == ("skipped", "consent_declined")
    with sessions() as session:
        (entry,) = session.scalars(select(Suppression))
        assert (entry.list, entry.channel, entry.contact_id) == ("unsubscribed", "email", contact_id)


def test_the_campaign_stays_sending_until_all_have_answered_or_their_time_ran_out(sessions: Sessions) -> None:
    with sessions.begin() as session:
        (contact_id,) = make_contacts(session, 1)
        campaign_id = _sending(session)
    _prepare(sessions, campaign_id)
    asking.end_unanswered(sessions, NOON + timedelta(days=40))
    assert _standing(sessions, campaign_id)[contact_id][0] == "awaiting_consent", "its letter has not left yet"
    left = NOON + timedelta(days=40)
    with sessions.begin() as session:
        session.execute(
            update(Delivery).where(Delivery.id == _letter(sessions, contact_id)).values(state="sent", settled_at=left)
        )
        assert campaigns_to_finish(session) == []
    assert not recipients.finish_if_done(sessions, campaign_id, left)
    asking.end_unanswered(sessions, left + timedelta(days=27))
    assert _standing(sessions, campaign_id)[contact_id][0] == "awaiting_consent"
    asking.end_unanswered(sessions, left + timedelta(days=28))
    assert _standing(sessions, campaign_id)[contact_id] == ("skipped", "consent_unanswered")
    assert recipients.finish_if_done(sessions, campaign_id, left + timedelta(days=28))
    with sessions.begin() as session:
        told = consent.answer(
            session, _letter(sessions, contact_id), given=True, way="link", now=left + timedelta(days=29)
        )
        assert told.standing is Standing.ENDED
        third = _sending(session, name="Later", now=left + timedelta(days=29))
    _prepare(sessions, third, now=left + timedelta(days=29))
    assert _standing(sessions, third)[contact_id] == ("skipped", "consent_unanswered")


def test_who_could_not_be_asked_is_not_waited_for(sessions: Sessions) -> None:
    with sessions.begin() as session:
        (contact_id,) = make_contacts(session, 1)
        campaign_id = _sending(session)
    _prepare(sessions, campaign_id)
    letter = _letter(sessions, contact_id)
    with sessions.begin() as session:
        made = session.get_one(Delivery, letter)
        made.state, made.reason = "failed", "recipient_server_refused"
        requests = made.origin_id
    asking.conclude(sessions, requests, NOON)
    asking.end_unanswered(sessions, NOON)
    assert _standing(sessions, campaign_id)[contact_id] == ("skipped", "consent_missing")


def test_two_campaigns_prepared_at_once_ask_once_and_two_presses_at_once_answer_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        ids = make_contacts(session, 40)
        campaigns = [_sending(session, name=f"Campaign {number}") for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda campaign_id: _prepare(sessions, campaign_id), campaigns))
    with sessions() as session:
        asked = Counter(session.scalars(select(Delivery.contact_id).join(Origin).where(Origin.kind == "consent")))
    assert asked == dict.fromkeys(ids, 1)
    letter = _letter(sessions, ids[0])

    def press(given: bool) -> bool:
        with sessions.begin() as session:
            return consent.answer(session, letter, given=given, way="link", now=NOON).new

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, [True, False, True, False])) == [False, False, False, True]
    with sessions() as session:
        assert len(session.scalars(select(Consent.id)).all()) == 1


def test_an_answer_during_preparation_is_not_missed(sessions: Sessions) -> None:
    with sessions.begin() as session:
        ids = make_contacts(session, 30)
        first, second = _sending(session), _sending(session, name="Second")
    _prepare(sessions, first)
    letters = [_letter(sessions, contact_id) for contact_id in ids]

    def press(letter: int) -> None:
        with sessions.begin() as session:
            consent.answer(session, letter, given=True, way="link", now=NOON)

    with ThreadPoolExecutor(4) as pool:
        preparing = pool.submit(_prepare, sessions, second)
        list(pool.map(press, letters))
        preparing.result()
    assert {state for state, _ in _standing(sessions, second).values()} == {"pending"}


def test_a_person_may_ask_once_more_and_only_where_there_is_something_to_ask(sessions: Sessions) -> None:
    with sessions.begin() as session:
        (contact_id,) = make_contacts(session, 1)
        campaign_id, sender_id = _sending(session), make_sender(session)
    _prepare(sessions, campaign_id)
    again = {"channel": "email", "sender_id": sender_id, "press": ASKING, "by": "anna", "now": NOON}
    with sessions.begin() as session, pytest.raises(Refused, match="still_open"):
        asking.ask_again(session, contact_id, **again)  # type: ignore[arg-type]
    with sessions.begin() as session:
        consent.answer(session, _letter(sessions, contact_id), given=False, way="link", now=NOON)
    with sessions.begin() as session:
        letter = asking.ask_again(session, contact_id, **again)  # type: ignore[arg-type]
        third = _sending(session, name="Third")
    with sessions.begin() as session:
        session.execute(update(Suppression).values(released_at=NOON))
    _prepare(sessions, third)
    assert _standing(sessions, third)[contact_id][0] == "awaiting_consent"
    with sessions.begin() as session:
        assert consent.answer(session, letter, given=True, way="button", now=NOON).new
    assert _standing(sessions, third)[contact_id] == ("pending", None)
    with sessions.begin() as session, pytest.raises(Refused, match="given_already"):
        asking.ask_again(session, contact_id, **again)  # type: ignore[arg-type]


async def test_a_get_shows_and_only_the_button_answers(
    async_engine: AsyncEngine, sessions: Sessions, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        (contact_id,) = make_contacts(session, 1)
        session.get_one(Contact, contact_id).language = "de"
        campaign_id = _sending(session)
    _prepare(sessions, campaign_id)
    path = f"/k/{tokens.sign(KEY, tokens.CONSENT, _letter(sessions, contact_id))}/yes"
    async with _browser(async_engine, tmp_path) as browser:
        for method in ("GET", "HEAD"):
            assert (await browser.request(method, path)).status == 200
        assert "Ja, ich stimme zu" in await (await browser.get(path)).text()
        assert _standing(sessions, campaign_id)[contact_id][0] == "awaiting_consent"
        assert (await browser.post(path)).status == 400
        answered = await browser.post(path, data={"action": "accept"})
        assert "Sie haben zugestimmt" in await answered.text()
        assert _standing(sessions, campaign_id)[contact_id] == ("pending", None)
        again = await browser.post(path, data={"action": "decline"})
        assert "Sie haben zugestimmt" in await again.text(), "the first answer counts"
        forged = await browser.post("/k/AAAAAAAAAAAAAAAAAAAAAAAAAAAA/yes", data={"action": "accept"})
        assert forged.status == 404


def _sending(session: Session, *, name: str = "Spring", now: datetime = NOON) -> int:
    """A campaign that requires consent, to everybody, launched and not prepared."""
    everybody = making.create_dynamic(session, name=f"All of {name}", expression={"all": []}, by="test").id
    campaign = Campaign(
        name=name,
        channel="email",
        purpose="marketing",
        state=CampaignState.SENDING,
        sender_id=make_sender(session),
        content_id=make_content(session),
        consent_required=True,
        audience=audience.frozen(session, [everybody], [], now),
        created_by="test",
    )
    session.add(campaign)
    session.flush()
    origin = Origin(kind="campaign", channel="email", purpose="marketing", campaign_id=campaign.id)
    session.add(origin)
    session.flush()
    campaign.origin_id = origin.id
    return campaign.id


def _prepare(sessions: Sessions, campaign_id: int, now: datetime = NOON) -> None:
    assert recipients.prepare(
        sessions,
        campaign_id,
        channels=CHANNELS,
        holder=f"test{campaign_id}",
        clock=lambda: now,
        stop=lambda: False,
        press=ASKING,
    )


def _recorded(session: Session, contact_id: int, given: bool) -> None:
    record = Consent(contact_id=contact_id, channel="email", purpose="marketing", given=given, way="person", at=NOON)
    session.add(record)


def _standing(sessions: Sessions, campaign_id: int) -> dict[int | None, tuple[str, str | None]]:
    with sessions() as session:
        origin_id = session.get_one(Campaign, campaign_id).origin_id
        rows = select(Delivery.contact_id, Delivery.state, Delivery.reason).where(Delivery.origin_id == origin_id)
        return {row[0]: (DeliveryState(row[1]).value, row[2]) for row in session.execute(rows)}


def _letter(sessions: Sessions, contact_id: int) -> int:
    """The contact's first request, as a delivery."""
    with sessions() as session:
        asked = select(Delivery.id).join(Origin, Origin.id == Delivery.origin_id).where(Origin.kind == "consent")
        found = session.scalar(asked.where(Delivery.contact_id == contact_id).order_by(Delivery.id))
        assert found is not None
        return found


@asynccontextmanager
async def _browser(engine: AsyncEngine, path: Path) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = create_app(engine, key=KEY, spool=path / "spool", clock=lambda: NOON)
    async with TestClient(TestServer(app)) as client:
        yield client
