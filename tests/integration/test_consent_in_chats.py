"""Consent by messenger: asked with buttons, answered by whom it was asked, and what waits goes at once."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.buckets import LocalBuckets
from channels.known import CHANNELS
from channels.twilio.hooks import TwilioHooks
from core.database import Sessions
from core.ports import HookRequest
from core.queries import claims
from core.services import events, settings
from core.tables.campaigns import Origin
from core.tables.consent import Consent, ConsentRequest
from core.tables.contents import ContentRow
from core.tables.conversations import Conversation, ConversationMessage
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import OriginKind, Role
from sandbox.app import Sandbox
from tests.integration.bot_factory import CLARA, OLIVIA, OTTO, Person, a_world, control, make_operator, until
from tests.integration.telegram_factory import carried, launched, now
from tests.integration.twilio_factory import ADDRESSES, SIGNING, TOKEN

pytestmark = pytest.mark.usefixtures("awake")
QUESTION = "news and offers by Telegram"


async def test_whom_it_was_asked_accepts_by_a_button_once_and_the_campaign_goes(
    sessions: Sessions, async_engine: AsyncEngine, tmp_path: Path
) -> None:
    async with a_world(tmp_path, sessions) as sandbox:
        clara, otto = Person(sandbox, CLARA), Person(sandbox, OTTO)
        await _asked(sessions, async_engine, sandbox, clara)
        button = (await clara.reads(QUESTION))["reply_markup"]["inline_keyboard"][0][0]
        await _send(sandbox, OTTO, {"inline_keyboard": [[button]]})
        assert "Eine solche Bitte" in await otto.answer_to(await otto.press("Yes, I agree"))
        assert _standing(sessions) == [("awaiting_consent", "consent_missing")]
        await clara.press("Yes, I agree")
        await clara.reads("what you have agreed to", "I can withdraw this at any time")
        assert _standing(sessions) == [("pending", None)]
        await _send(sandbox, CLARA, {"inline_keyboard": [[button]]})
        await clara.answer_to(await clara.press("Yes, I agree"))
        await carried(sessions, async_engine, sandbox, LocalBuckets(), answers_only=False)
        await clara.reads("Hello Clara")
    with sessions() as session:
        (record,) = session.scalars(select(Consent))
        assert (record.given, record.way, record.language, record.wording_version) == (True, "button", "en", "1")
        assert record.wording == "Shop may send me news and offers by Telegram. I can withdraw this at any time."


async def test_a_button_declines_in_the_contacts_language_and_a_later_campaign_leaves_them_out(
    sessions: Sessions, async_engine: AsyncEngine, tmp_path: Path
) -> None:
    async with a_world(tmp_path, sessions) as sandbox:
        await control(sandbox, "telegram/users", {"id": CLARA, "first_name": "Clara", "language_code": "de"})
        clara = Person(sandbox, CLARA)
        await _asked(sessions, async_engine, sandbox, clara)
        await clara.press("Nein, danke")
        await clara.reads("nicht noch einmal gefragt")
    assert _standing(sessions) == [("skipped", "consent_declined")]
    launched(sessions, name="Summer", consent_required=True)
    assert _standing(sessions)[-1] == ("skipped", "unsubscribed")
    with sessions() as session:
        assert [(one.list, one.source) for one in session.scalars(select(Suppression))] == [("unsubscribed", "consent")]
        assert [(one.given, one.way, one.language) for one in session.scalars(select(Consent))] == [
            (False, "button", "de")
        ]
        assert len(session.scalars(select(ConsentRequest)).all()) == 1, "asked once in their life"


async def test_a_plain_yes_answers_the_request_only_while_it_is_the_last_that_was_said(
    sessions: Sessions, async_engine: AsyncEngine, tmp_path: Path
) -> None:
    make_operator(sessions, OLIVIA, Role.EDITOR)
    async with a_world(tmp_path, sessions) as sandbox:
        clara, olivia = Person(sandbox, CLARA), Person(sandbox, OLIVIA)
        await olivia.say("/status")
        await _asked(sessions, async_engine, sandbox, clara)
        passed_on = await olivia.reads("Hello")
        question = {"user": OLIVIA, "text": "Is it the red one?", "reply_to": passed_on["message_id"]}
        await control(sandbox, "telegram/say", question)
        await clara.reads("Is it the red one?")
        await clara.say("Yes!")
        await olivia.reads("Yes!")
        assert _standing(sessions) == [("awaiting_consent", "consent_missing")]
    with sessions.begin() as session:
        latest = session.scalars(select(Delivery).order_by(Delivery.id.desc())).first()
        assert latest is not None
        session.delete(latest)
    async with a_world(tmp_path, sessions) as sandbox:
        clara = Person(sandbox, CLARA)
        await clara.say("Ja.")
        await clara.reads("what you have agreed to")
        assert _standing(sessions) == [("pending", None)]
    with sessions() as session:
        assert [(one.given, one.way) for one in session.scalars(select(Consent))] == [(True, "keyword")]


async def test_a_word_by_whatsapp_answers_the_request_and_the_same_report_changes_nothing(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    hooks = TwilioHooks(TOKEN, SIGNING, ADDRESSES)
    said = [("SM1", "Hello"), ("SM2", "Ja"), ("SM3", "STOP"), ("SM2", "Ja"), ("SM4", "START"), ("SM3", "STOP")]
    for sid, body in said:
        fields = {"MessageSid": sid, "From": "whatsapp:+491511999001", "To": "whatsapp:+1", "Body": body}
        request = HookRequest("POST", "https://s.example/hooks/twilio", {}, urlencode(fields).encode(), now())
        async with async_engine.begin() as connection:
            await events.record(connection, hooks.parse(request))
        if body == "Hello":
            launched(sessions, "Hello", {}, channel="whatsapp", consent_required=True)
            with sessions.begin() as session:
                session.execute(update(Delivery).where(Delivery.state == "pending").values(state="sent", attempt=1))
            assert _standing(sessions) == [("awaiting_consent", "consent_missing")]
        elif body == "Ja":
            assert _standing(sessions) == [("pending", None)]
    with sessions() as session:
        letter = session.scalar(select(ContentRow.plain).where(ContentRow.language == "en", ContentRow.kind != "short"))
        assert "Answer YES if you agree" in str(letter)
        records = session.scalars(select(Consent).order_by(Consent.id)).all()
        assert [(one.given, one.way) for one in records] == [(True, "keyword"), (False, "keyword"), (True, "keyword")]
        assert session.scalars(select(Suppression.released_at.is_(None))).all() == [False]
        theirs = select(ConversationMessage.text).where(ConversationMessage.direction == "in")
        assert session.scalars(theirs.order_by(ConversationMessage.id)).all() == [
            "Hello",
            "Ja",
            "STOP",
            "START",
        ]


async def test_by_whatsapp_a_template_that_was_approved_asks_when_the_window_is_closed_and_words_do_not(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    hooks, sid = TwilioHooks(TOKEN, SIGNING, ADDRESSES), f"HX{'a' * 32}"
    fields = {"MessageSid": "SM1", "From": "whatsapp:+491511999001", "To": "whatsapp:+1", "Body": "Hello"}
    request = HookRequest("POST", "https://s.example/hooks/twilio", {}, urlencode(fields).encode(), now())
    async with async_engine.begin() as connection:
        await events.record(connection, hooks.parse(request))
    with sessions.begin() as session:
        session.execute(update(Conversation).values(last_inbound_at=now() - timedelta(days=3)))
    launched(sessions, "Hello", {}, channel="whatsapp", consent_required=True)
    assert _standing(sessions) == [("skipped", "consent_missing")]
    with sessions.begin() as session:
        settings.set_consent_templates(session, "whatsapp", {"de": sid}, by="t")
    launched(sessions, "Hello", {}, channel="whatsapp", name="Summer", consent_required=True)
    assert _standing(sessions)[1:] == [("awaiting_consent", "consent_missing")]
    with sessions() as session:
        asking = select(Delivery.content_id).join(Origin).where(Origin.kind == OriginKind.CONSENT)
        content = session.get_one(ContentRow, session.scalars(asking).one())
        assert (content.extras["content_sid"], content.language) == (sid, "en")
        assert content.extras["content_variables"] == {"1": "Shop", "2": content.source, "3": "28"}
        claim = claims.claim_fresh("whatsapp", "consent", traits=CHANNELS["whatsapp"])
        asked = select(Delivery.origin_id).join(Origin).where(Origin.kind == OriginKind.CONSENT)
        bound = {"origin": session.scalar(asked), "after": 0, "size": 9, "now": now(), "topic": None, "sample": None}
        assert [row.state for row in session.execute(claim, bound)] == ["claimed"]


async def _asked(sessions: Sessions, engine: AsyncEngine, sandbox: Sandbox, person: Person) -> None:
    """Somebody has written; a campaign that needs consent asks them first."""
    await person.say("Hello")
    await until(lambda: _begun(sessions))
    launched(sessions, consent_required=True)
    await carried(sessions, engine, sandbox, LocalBuckets(), answers_only=False)


async def _begun(sessions: Sessions) -> bool:
    with sessions() as session:
        return session.scalar(select(Conversation.identity_id)) is not None


async def _send(sandbox: Sandbox, chat: int, keyboard: dict[str, Any]) -> None:
    """As the bot, so that somebody has a button that was not meant for them."""
    message = {"chat_id": chat, "text": "Forwarded", "reply_markup": keyboard}
    await control(sandbox, "telegram/say", {"user": chat, "text": "/help"})
    token = sandbox.telegram.world.bots()[0].token
    async with aiohttp.request("POST", f"{sandbox.url}/bot{token}/sendMessage", json=message) as answer:
        assert answer.status == 200


def _standing(sessions: Sessions) -> list[tuple[str, str | None]]:
    with sessions() as session:
        rows = (
            select(Delivery.state, Delivery.reason)
            .join(Origin, Origin.id == Delivery.origin_id)
            .where(Origin.kind == OriginKind.CAMPAIGN)
            .order_by(Delivery.id)
        )
        return [(state, reason) for state, reason in session.execute(rows)]
