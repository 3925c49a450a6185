"""Conversations in the panel: who wrote, what was said, and an answer that is handed over at once."""

import re
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select, update

from core.database import Sessions
from core.services import conversations
from core.services.hearing import Person as Customer
from core.services.hearing import Words
from core.tables.contacts import Contact
from core.tables.conversations import ConversationMessage, Invitation
from core.tables.deliveries import Delivery
from core.vocabulary import DeliveryState, Role
from tests.integration.campaign_factory import make_campaign
from tests.integration.panel.people import KEYS, Person, somebody


def written(sessions: Sessions) -> int:
    with sessions.begin() as session:
        customer = Customer("telegram", "77", "<i>Clara</i>", None, "en")
        words = Words("text", "Do you <b>deliver</b>?", "message:77:1", datetime.now(UTC))
        return conversations.hear(session, customer, words, key=KEYS.addresses).identity_id


def test_an_operator_reads_a_question_and_answers_it(administrator: Person, sessions: Sessions) -> None:
    id_ = written(sessions)
    page = administrator.get("/conversations/?open=1").text
    assert "&lt;i&gt;Clara" in page
    assert "Do you &lt;b&gt;deliver" in administrator.get(f"/conversations/{id_}").text
    assert "There is nothing in the answer" in administrator.post(f"/conversations/{id_}", text=" ").text
    answer = administrator.post(f"/conversations/{id_}", text="Yes, {{ we }} do")
    after = administrator.get(answer.location).text
    assert "Your answer is on its way" in after
    assert "Yes, {{ we }} do" in after
    assert "&lt;i&gt;Clara" not in administrator.get("/conversations/?open=1").text
    with sessions() as session:
        assert session.scalar(select(Delivery.state)) == DeliveryState.PENDING


def test_a_viewer_may_read_and_not_answer(app: Flask, sessions: Sessions) -> None:
    id_ = written(sessions)
    viewer = somebody(app, Role.VIEWER)
    assert "<textarea" not in viewer.get(f"/conversations/{id_}").text
    assert viewer.post(f"/conversations/{id_}", text="No").status_code == 403


def test_an_invitation_is_shown_once_and_kept_as_a_hash(administrator: Person, sessions: Sessions) -> None:
    with sessions.begin() as session:
        contact = Contact(first_name="Ada", attributes={})
        session.add(contact)
        session.flush()
        id_ = contact.id
    answer = administrator.post(f"/contacts/{id_}/invite")
    token = re.search(r"/start (c_[A-Za-z0-9_-]+)", administrator.get(answer.location).text)
    assert token
    assert len(token[1]) <= 64
    assert token[1] not in administrator.get(f"/contacts/{id_}").text
    with sessions() as session:
        kept = session.scalars(select(Invitation)).one()
        assert token[1].encode() not in kept.hash


def test_a_campaign_leads_to_its_replies(administrator: Person, sessions: Sessions) -> None:
    id_ = written(sessions)
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=1)
        campaign.channel = "telegram"
        session.execute(update(Delivery).values(channel="telegram", identity_id=id_, state="sent"))
        session.execute(update(ConversationMessage).values(delivery_id=session.scalar(select(Delivery.id))))
        campaign_id = campaign.id
    link = f"/conversations/?campaign={campaign_id}"
    page = administrator.get(f"/campaigns/{campaign_id}").text
    assert link in page
    assert "Replies (1)" in page
    replies = administrator.get(link).text
    assert "&lt;i&gt;Clara" in replies
    assert f"/conversations/{id_}" in replies
