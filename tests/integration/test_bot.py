"""The Telegram bot against the sandbox: who gets in, what buttons do, and what survives."""

import asyncio
import socket
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiogram import Dispatcher
from aiogram.types import Message
from sqlalchemy import column, func, select, table, update

from bot import cards
from bot.access import Arrival
from bot.connection import connect
from bot.running import Run
from bot.serving import Ways
from bot.webhook import hook
from core.database import Sessions
from core.queries import due
from core.services import campaigns, operators
from core.tables.audit import AuditEntry
from core.tables.campaigns import Campaign
from core.tables.consent import Consent
from core.tables.contacts import Contact
from core.tables.deliveries import Delivery
from core.tables.operators import LiveMessage, Operator
from core.vocabulary import CampaignState, DeliveryState, Reason, Role
from sandbox.app import running
from tests.integration.bot_factory import (
    CLARA,
    OLIVIA,
    OTTO,
    TOKEN,
    Person,
    a_bot,
    a_world,
    control,
    make_code,
    make_draft,
    make_operator,
    until,
)
from tests.integration.campaign_factory import make_campaign


async def test_a_stranger_is_told_how_operators_get_in_and_sees_nothing(sessions: Sessions, tmp_path: Path) -> None:
    with sessions.begin() as session:
        make_campaign(session, recipients=1, name="Secret")
    async with a_world(tmp_path, sessions) as sandbox:
        clara = Person(sandbox, CLARA)
        await clara.say("/start")
        await clara.reads("one-time code that the panel shows under Operators")
        for text in ("/campaigns", "/status", "/help"):
            await clara.say(text)
        await until(clara.messages, lambda found: len(found) == 4)
        for message in await clara.messages():
            assert "Secret" not in message["text"]
            assert "one-time code" in message["text"]


async def test_a_code_links_one_chat_once(sessions: Sessions, tmp_path: Path) -> None:
    number = make_operator(sessions, None)
    code = make_code(sessions, number)
    async with a_world(tmp_path, sessions) as sandbox:
        olivia, otto = Person(sandbox, OLIVIA), Person(sandbox, OTTO)
        await otto.say("/start no-such-code-as-this-0")
        await otto.reads("ist hier nicht bekannt")
        await olivia.say(f"/start {code}")
        await olivia.reads("linked to you now", "Olivia", "Launcher")
        await olivia.say(f"/start {code}")
        await until(olivia.messages, lambda said: sum("linked to you now" in one["text"] for one in said) == 2)
        await otto.say(f"/start {code}")
        await otto.reads("gilt nur einmal")
        await olivia.say("/unlink")
        await olivia.reads("no longer linked")
        await olivia.say("/campaigns")
        await olivia.reads("a person will answer")
    with sessions() as session:
        assert session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all() == [
            "new_link_code",
            "link",
            "unlink",
        ]


async def test_whoever_may_launch_may_stop_everything_at_once(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.LAUNCHER)
    with sessions.begin() as session:
        make_campaign(session, recipients=2)
    async with a_world(tmp_path, sessions) as sandbox:
        olivia, clara = Person(sandbox, OLIVIA), Person(sandbox, CLARA)
        await clara.say("/stopall")
        await clara.reads("a person will answer")
        with sessions() as session:
            assert due.channels_to_drain(session, datetime.now(UTC)) == ["email"]
        await olivia.say("/stopall")
        await olivia.reads("Everything is stopped: nothing more is sent")
        with sessions() as session:
            assert due.channels_to_drain(session, datetime.now(UTC)) == []
        await olivia.say("/goon")
        await olivia.reads("It goes on where it stopped.")
        with sessions() as session:
            assert due.channels_to_drain(session, datetime.now(UTC)) == ["email"]


async def test_an_old_code_links_nobody(sessions: Sessions, tmp_path: Path) -> None:
    code = make_code(sessions, make_operator(sessions, None), datetime.now(UTC) - timedelta(minutes=11))
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await olivia.say(f"/start {code}")
        await olivia.reads("holds for 10 minutes")
    with sessions() as session:
        assert session.scalar(select(Operator.telegram_id)) is None


async def test_campaigns_are_listed_newest_first_page_by_page(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.VIEWER)
    with sessions.begin() as session:
        for number in range(10):
            campaigns.create(
                session, name=f"No {number} <b>", template_id=None, sender_id=None, include=[], exclude=[], by="test"
            )
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await olivia.say("/campaigns")
        first = await olivia.reads("10 campaigns")
        buttons = [row[0]["text"] for row in first["reply_markup"]["inline_keyboard"]]
        assert buttons[0].startswith("No 9 <b> · ")
        assert len(buttons) == 9
        await olivia.press("Older")
        await until(olivia.messages, lambda found: "No 0" in str(found[-1]["reply_markup"]))
        await olivia.press("No 1")
        await olivia.reads("No 1 <b>", "Draft", "Letter: –")


async def test_a_draft_is_previewed_and_launched_by_buttons(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA)
    with sessions.begin() as session:
        draft = make_draft(session, recipients=1200)
        session.execute(update(Campaign).values(purpose="marketing"))
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await olivia.say("/campaigns")
        await olivia.press("Spring")
        card = await olivia.reads("Spring", "Draft", "To: Spring's readers")
        await olivia.press("Preview and launch")
        preview = await olivia.reads("Get the message: 1\u202f200", "Daily limit: 1\u202f000", "one more day")
        assert preview["message_id"] == card["message_id"]
        await olivia.press("Launch to 1\u202f200")
        launched = await olivia.reads("Spring", "Sending")
        assert launched["message_id"] == card["message_id"]
        assert "Pause" in str(launched["reply_markup"])
    with sessions() as session:
        assert session.get_one(Campaign, draft.id).launched_by == f"telegram:{OLIVIA}"


async def test_reasons_are_said_in_words_before_the_launch(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA)
    with sessions.begin() as session:
        draft = make_draft(session, recipients=3)
        draft.consent_required = True
        no = {"channel": "email", "purpose": "marketing", "given": False, "way": "person", "at": datetime.now(UTC)}
        session.add(Consent(contact_id=session.scalar(select(func.min(Contact.id))), **no))
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await olivia.say("/campaigns")
        await olivia.press("Spring")
        await olivia.press("Preview and launch")
        await olivia.reads(
            "Asked for consent first: 2", "Get nothing: 1", "Declined consent: 1", "launches exactly this"
        )


async def test_a_changed_draft_makes_the_button_void(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA)
    with sessions.begin() as session:
        draft = make_draft(session, recipients=2)
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await olivia.say("/campaigns")
        await olivia.press("Spring")
        await olivia.press("Preview and launch")
        await olivia.reads("Get the message: 2")
        with sessions.begin() as session:
            campaigns.change(session, draft.id, version=1, by="test", name="Summer")
        await olivia.press("Launch to 2")
        await olivia.reads("“Summer” was changed after it was confirmed, so nothing was sent")
        with sessions() as session:
            assert session.get_one(Campaign, draft.id).state == CampaignState.DRAFT
        await olivia.press("Preview")
        await olivia.press("Launch to 2")
        await olivia.reads("Summer", "Sending")


async def test_the_person_who_presses_is_checked_at_each_press(sessions: Sessions, tmp_path: Path) -> None:
    viewer = make_operator(sessions, OLIVIA, Role.VIEWER)
    make_operator(sessions, OTTO, Role.LAUNCHER, "Otto")
    with sessions.begin() as session:
        running_one = make_campaign(session, recipients=2)
        make_draft(session, recipients=2, name="Draft")
    async with a_world(tmp_path, sessions) as sandbox:
        olivia, otto = Person(sandbox, OLIVIA), Person(sandbox, OTTO)
        await olivia.say("/campaigns")
        await olivia.press("Draft")
        await olivia.press("Preview and launch")
        seen = await olivia.reads("Get the message: 4", "lets you look, but not launch")
        assert "Launch" not in str(seen["reply_markup"])
        await olivia.press("Spring")
        assert "Your role (Viewer)" in await olivia.answer_to(await olivia.press("Pause"))
        await otto.say("/campaigns")
        await otto.press("Spring")
        await otto.press("Pause")
        await otto.reads("Spring", "Paused")
        with sessions.begin() as session:
            session.get_one(Operator, viewer).role = Role.ADMINISTRATOR
        await olivia.answer_to(await olivia.press("Resume"))
        with sessions.begin() as session:
            assert session.get_one(Campaign, running_one.id).state == CampaignState.SENDING
            operators.disable(session, session.scalars(select(Operator.id).where(Operator.name == "Otto")).one(), "x")
        assert "nur für Benutzer" in await otto.answer_to(await otto.press("Cancel"))
        await otto.say("/status")
        await otto.reads("ein Mensch antwortet")


async def test_a_double_press_launches_once_and_says_so(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA)
    with sessions.begin() as session:
        make_draft(session, recipients=2)
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await olivia.say("/campaigns")
        await olivia.press("Spring")
        await olivia.press("Preview and launch")
        await olivia.reads("Get the message: 2")
        await asyncio.gather(olivia.press("Launch to 2"), olivia.press("Launch to 2"))
        await olivia.reads("pressing twice sends nothing twice")
        await olivia.reads("Spring", "Sending")
    with sessions() as session:
        launches = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "launch")
        assert session.scalar(launches) == 1


async def test_an_update_that_comes_twice_acts_once(sessions: Sessions, tmp_path: Path) -> None:
    """As after a bot that was killed before it could confirm what it had done."""
    make_operator(sessions, OLIVIA)
    async with running(tmp_path) as sandbox:
        olivia, database = Person(sandbox, OLIVIA), sandbox.telegram.world.database
        async with a_bot(sandbox.url, sessions):
            await olivia.say("/help")
            handled = database.execute("SELECT * FROM updates").fetchall()
            await olivia.reads("/campaigns – all campaigns")
        assert len(handled) == 1
        database.execute("INSERT OR IGNORE INTO updates VALUES (?,?,?,?)", handled[0])
        async with a_bot(sandbox.url, sessions):
            await olivia.say("Are you there?")
            await olivia.reads("I do not understand")
        assert len(await olivia.messages()) == 2


async def test_the_live_message_is_edited_in_place_until_the_figures_are_final(
    sessions: Sessions, tmp_path: Path
) -> None:
    make_operator(sessions, OLIVIA, Role.VIEWER)
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=4)
    async with a_world(tmp_path, sessions, every=1.2) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await olivia.say("/status")
        card = await olivia.reads("0 of 4 settled", "▱" * 14)
        with sessions.begin() as session:
            half = select(Delivery.id).order_by(Delivery.id).limit(2)
            session.execute(update(Delivery).where(Delivery.id.in_(half)).values(state=DeliveryState.SENT))
        moved = await olivia.reads("2 of 4 settled", "▰" * 7 + "▱" * 7, "Sent: 2")
        assert moved["message_id"] == card["message_id"]
        with sessions.begin() as session:
            rest = update(Delivery).where(Delivery.state == DeliveryState.PENDING)
            session.execute(rest.values(state=DeliveryState.SKIPPED, reason=Reason.UNSUBSCRIBED))
            session.execute(update(Campaign).values(state=CampaignState.SENT, finished_at=datetime.now(UTC)))
        last = await olivia.reads("Sent", "4 of 4 settled", "Unsubscribed on this channel: 2")
        assert last["message_id"] == card["message_id"]
        assert last["edit_date"] - moved["edit_date"] >= 1
        await until(lambda: _live_messages(sessions), lambda count: count == "0")
        await olivia.say("/status")
        await olivia.reads("Nothing is being sent", f"{campaign.name}: 2 sent")


async def test_a_channel_that_reports_no_reading_says_so_and_shows_no_zero(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=1)
        session.execute(update(Delivery).values(state=DeliveryState.SENT))
        campaign.channel = "telegram"
        by_telegram = cards.drawn(cards.read(session, campaign.id)).text
        campaign.channel = "email"
        by_mail = cards.drawn(cards.read(session, campaign.id)).text
    assert "Read: n/a" in by_telegram
    assert "Read: <b>0" in by_mail


async def test_a_campaign_has_one_live_message_in_a_chat(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA)
    with sessions.begin() as session:
        make_campaign(session, recipients=1)
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        for _time in range(2):
            await olivia.say("/status")
            await asyncio.sleep(0.3)
        await until(olivia.messages, lambda found: len(found) == 3)
        cards = [message for message in await olivia.messages() if "settled" in message["text"]]
        assert len(cards) == 1


async def test_a_campaign_is_cancelled_only_after_a_second_question(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA)
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=1)
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await olivia.say("/status")
        await olivia.press("Cancel")
        await olivia.press("No")
        await olivia.reads("Not cancelled")
        with sessions() as session:
            assert session.get_one(Campaign, campaign.id).state == CampaignState.SENDING
        await olivia.press("Cancel")
        await olivia.press("Yes")
        await olivia.reads("“Spring” is cancelled")
        await olivia.reads("✖️ Cancelled")
    with sessions() as session:
        assert session.get_one(Campaign, campaign.id).state == CampaignState.CANCELLED


async def test_those_in_doubt_are_decided_about_after_a_question(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA)
    with sessions.begin() as session:
        make_campaign(session, recipients=2)
        doubtful = update(Delivery).where(Delivery.id == 1)
        session.execute(doubtful.values(state=DeliveryState.IN_DOUBT, reason=Reason.IN_DOUBT, attempt=1))
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await olivia.say("/status")
        await olivia.press("Decide about 1 in doubt")
        await olivia.reads("who may or may not have got it", "Nothing is sent")
        await olivia.press("Count as sent")
        await olivia.reads("1 recipient counts as sent.")
    with sessions() as session:
        assert session.get_one(Delivery, 1).state == DeliveryState.SENT


async def test_a_lost_telegram_and_a_lost_database_end_nothing(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA)
    async with AsyncExitStack() as stack:
        async with running(tmp_path) as sandbox:
            port = sandbox.http_port
            await stack.enter_async_context(a_bot(sandbox.url, sessions))
        with sessions() as session:
            others = select(func.pg_terminate_backend(column("pid"))).select_from(table("pg_stat_activity"))
            mine = (column("pid") != func.pg_backend_pid()) & (column("datname") == func.current_database())
            session.execute(others.where(mine))
        sandbox = await stack.enter_async_context(running(tmp_path, port=port))
        await control(sandbox, "behaviour", {"telegram": {"refuse_next": 1, "retry_after": 1}})
        olivia = Person(sandbox, OLIVIA)
        await olivia.say("/help")
        await olivia.reads("/campaigns – all campaigns")


async def test_a_bug_is_logged_without_what_people_wrote(
    sessions: Sessions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dispatcher, run = Dispatcher(disable_fsm=True), Run(sessions)
    dispatcher.update.outer_middleware(Arrival(run))

    @dispatcher.message()
    async def broken(message: Message) -> None:
        raise ValueError(message.text)

    async with running(tmp_path) as sandbox, connect(TOKEN, sandbox.url) as bot:
        await bot.me()
        clara = Person(sandbox, CLARA)
        await clara.say("My secret is blue")
        for given in await bot.get_updates():
            await dispatcher.feed_update(bot, given)
        await clara.reads("Something went wrong here")
    run.close()
    logged = capsys.readouterr().out
    assert "broken" in logged
    assert "ValueError" in logged
    assert "blue" not in logged


async def test_updates_come_by_webhook_to_those_who_know_the_secret(sessions: Sessions, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    way = hook(f"http://127.0.0.1:{port}", port, b"k" * 32)
    async with running(tmp_path) as sandbox, a_bot(sandbox.url, sessions, Ways(hook=way)):
        clara = Person(sandbox, CLARA)
        await clara.say("/start")
        await clara.reads("a person will answer")
        forged = {"update_id": 1, "message": (await clara.messages())[0]}
        async with aiohttp.ClientSession() as client:
            for secret in ("", "wrong", "ü"):
                headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
                async with client.post(way.url, json=forged, headers=headers) as answer:
                    assert answer.status == 401


async def _live_messages(sessions: Sessions) -> str:
    with sessions() as session:
        return str(session.scalar(select(func.count()).select_from(LiveMessage)))
