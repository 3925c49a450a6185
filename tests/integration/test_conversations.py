"""Customers write to the bot: who they are, what they wish, and how operators answer them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from sqlalchemy import func, select

from core.database import Sessions
from core.queries import conversations as queries
from core.queries import settings as business
from core.queries.eligibility import suppression_reason
from core.rules import tokens
from core.rules.addresses import address_key
from core.services import invitations
from core.tables.consent import Consent
from core.tables.contacts import Contact, Identity
from core.tables.conversations import Conversation
from core.tables.deliveries import Delivery
from core.vocabulary import DeliveryState, Purpose, Role
from tests.integration.bot_factory import CLARA, KEY, OLIVIA, TOKEN, Person, a_world, control, make_operator, until
from tests.integration.campaign_factory import make_campaign


async def test_what_a_customer_writes_reaches_operators_and_their_reply_comes_back(
    sessions: Sessions, tmp_path: Path
) -> None:
    make_operator(sessions, OLIVIA, Role.EDITOR)
    async with a_world(tmp_path, sessions) as sandbox:
        clara, olivia = Person(sandbox, CLARA), Person(sandbox, OLIVIA)
        await olivia.say("/status")
        await clara.say("Do you deliver to <Bern>?")
        passed_on = await olivia.reads("Do you deliver to <Bern>?")
        await until(lambda: _meant(sessions, passed_on["message_id"]))
        await control(
            sandbox,
            "telegram/say",
            {"user": OLIVIA, "text": "Yes: {{ 2 }} days & <free>", "reply_to": passed_on["message_id"]},
        )
        await clara.reads("Yes: {{ 2 }} days & <free>")
        await olivia.reads("On its way.")
    with sessions() as session:
        talk = queries.page(session, limit=5)[0]
        assert (talk.channel, talk.address, talk.unanswered_since) == ("telegram", str(CLARA), None)
        said = queries.thread(session, talk.identity_id)
        assert [(one.direction, one.text) for one in said] == [
            ("in", "Do you deliver to <Bern>?"),
            ("out", "Yes: {{ 2 }} days & <free>"),
        ]
        assert session.scalar(select(Delivery.state)) == DeliveryState.SENT


async def test_a_button_below_a_campaign_is_a_reply(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.EDITOR)
    async with a_world(tmp_path, sessions) as sandbox:
        clara, olivia = Person(sandbox, CLARA), Person(sandbox, OLIVIA)
        await olivia.say("/status")
        await clara.say("Hello")
        await olivia.reads("Hello")
        keyboard = {"inline_keyboard": [[{"text": "Call me back", "callback_data": "b:0"}]]}
        message = {"chat_id": CLARA, "text": "News", "reply_markup": keyboard}
        async with aiohttp.request("POST", f"{sandbox.url}/bot{TOKEN}/sendMessage", json=message) as answer:
            assert answer.status == 200
        assert "We have got it" in await clara.answer_to(await clara.press("Call me back"))
        await olivia.reads("Call me back")


async def test_an_answer_begins_with_a_button_too(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.EDITOR)
    async with a_world(tmp_path, sessions) as sandbox:
        clara, olivia = Person(sandbox, CLARA), Person(sandbox, OLIVIA)
        await olivia.say("/status")
        await clara.say("Hello?")
        await olivia.press("Answer")
        asked = await olivia.reads("What shall I write to")
        reply = {"user": OLIVIA, "text": "Hello, Clara!", "reply_to": asked["message_id"]}
        await control(sandbox, "telegram/say", reply)
        await clara.reads("Hello, Clara!")


async def test_an_invitation_ties_the_chat_to_its_contact_once(sessions: Sessions, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with sessions.begin() as session:
        contact = Contact(first_name="Clara", external_id="K-7")
        session.add(contact)
        session.flush()
        known, token = contact.id, invitations.invite(session, contact.id, "telegram", now)
        old = invitations.invite(session, contact.id, "telegram", now - timedelta(days=8))
    async with a_world(tmp_path, sessions) as sandbox:
        clara, otto = Person(sandbox, CLARA), Person(sandbox, OLIVIA)
        await clara.say("Good morning")
        await clara.say(f"/start {old}")
        await clara.reads("too old")
        await clara.say(f"/start {token}")
        await until(clara.messages, lambda said: sum("You can write" in one["text"] for one in said) == 2)
        await otto.say(f"/start {token}")
        await otto.reads("used already")
    with sessions() as session:
        identity = session.scalar(select(Identity).where(Identity.address == str(CLARA)))
        assert identity is not None
        assert identity.contact_id == known
        assert session.get(Conversation, identity.id) is not None
        assert session.scalars(select(Contact.id).where(Contact.external_id.is_(None))).all() == [
            session.scalar(select(Identity.contact_id).where(Identity.address == str(OLIVIA)))
        ]


async def test_a_link_with_words_of_its_own_begins_a_conversation(sessions: Sessions, tmp_path: Path) -> None:
    async with a_world(tmp_path, sessions) as sandbox:
        clara = Person(sandbox, CLARA)
        await clara.say("/start spring")
        await clara.reads("Would you like to get news")
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Conversation)) == 1


async def test_a_letters_link_ties_the_chat_to_whom_it_went_and_to_nobody_else(
    sessions: Sessions, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        make_campaign(session, recipients=1)
        delivery = session.scalars(select(Delivery)).one()
        token = tokens.sign(KEY, tokens.JOIN, delivery.id)
        reader = delivery.contact_id
    async with a_world(tmp_path, sessions) as sandbox:
        clara, otto = Person(sandbox, CLARA), Person(sandbox, OLIVIA)
        for _twice in range(2):
            await clara.say(f"/start l_{token}")
        await clara.reads("You can write to us here")
        await until(lambda: _chats_of(sessions, reader), lambda count: count == "1")
        await otto.say(f"/start l_{token}")
        await otto.reads("used already")
        await otto.say(f"/start l_{token[:-1]}A")
        await otto.reads("not known here")
    with sessions() as session:
        assert business.value(session, "telegram_bot") == "sendbote_sandbox_bot"
        owner = select(Identity.contact_id).where(Identity.address == str(CLARA), Identity.ended_at.is_(None))
        assert session.scalar(owner) == reader


async def _chats_of(sessions: Sessions, contact_id: int | None) -> str:
    with sessions() as session:
        mine = select(Identity.id).where(Identity.contact_id == contact_id, Identity.channel == "telegram")
        return str(len(session.scalars(mine).all()))


async def test_only_ones_own_number_says_who_one_is(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.EDITOR)
    number = f"+447700900{CLARA % 1000:03}"
    with sessions.begin() as session:
        contact = Contact(first_name="Clara", external_id="K-7")
        session.add(contact)
        session.flush()
        key = address_key(KEY, "sms", number)
        session.add(Identity(contact_id=contact.id, channel="sms", address=number, address_key=key))
        known = contact.id
    async with a_world(tmp_path, sessions) as sandbox:
        clara, olivia = Person(sandbox, CLARA), Person(sandbox, OLIVIA)
        await olivia.say("/status")
        await clara.say("Hello")
        await olivia.press("Ask for the number")
        await clara.reads("May we know your telephone number?")
        other = {"user": CLARA, "contact": number, "contact_user": OLIVIA}
        await control(sandbox, "telegram/say", other)
        await clara.reads("somebody else's number")
        await control(sandbox, "telegram/say", {"user": CLARA, "contact": number})
        await clara.reads("now we know who you are")
    with sessions() as session:
        owner = select(Identity.contact_id).where(Identity.address == str(CLARA), Identity.ended_at.is_(None))
        assert session.scalar(owner) == known


async def test_wishes_by_button_and_word_are_recorded_and_a_block_is_none(sessions: Sessions, tmp_path: Path) -> None:
    async with a_world(tmp_path, sessions) as sandbox:
        clara = Person(sandbox, CLARA)
        await clara.say("/start")
        await clara.press("Yes, please")
        await clara.reads("You get our news here from now on")
        await clara.say("Abmelden!")
        await clara.reads("no more news from us here")
        await control(sandbox, "telegram/block", {"user": CLARA})
        await until(lambda: _blocked(sessions), bool)
        await clara.say("/start")
        await until(lambda: _blocked(sessions), lambda blocked: not blocked)
    with sessions() as session:
        given = session.execute(select(Consent.given, Consent.way, Consent.wording).order_by(Consent.id)).all()
        assert [(row.given, row.way) for row in given] == [(True, "button"), (False, "keyword")]
        assert "news and offers" in (given[0].wording or "")
        assert _reason(sessions, Purpose.MARKETING) == "unsubscribed", "neither a block nor /start lifts it"
        assert _reason(sessions, Purpose.REPLY) is None


async def _blocked(sessions: Sessions) -> bool:
    with sessions() as session:
        return session.scalar(select(Conversation.blocked_at)) is not None


def _reason(sessions: Sessions, purpose: str) -> str | None:
    with sessions() as session:
        reason = suppression_reason("telegram", purpose, Identity.contact_id, Identity.address_key)
        return session.scalar(select(reason).where(Identity.address == str(CLARA)))


async def _meant(sessions: Sessions, message_id: int) -> int | None:
    """Whoever replies within milliseconds may be faster than the note of whom the message speaks for."""
    with sessions() as session:
        return queries.meant_by(session, OLIVIA, message_id)
