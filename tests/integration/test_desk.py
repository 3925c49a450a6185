"""The operators' group: a topic for each customer, answered in by those who are linked, and by nobody else."""

import asyncio
from pathlib import Path
from typing import Any

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import Response, TelegramMethod
from sqlalchemy import select

from bot.connection import connect
from bot.desk import Desk
from bot.running import Run
from core.database import Sessions
from core.queries import desk as queries
from core.queries.desk import Desk as Group
from core.services import answers, conversations
from core.services import desk as service
from core.services.hearing import Person as Customer
from core.services.hearing import Words
from core.tables.conversations import Conversation
from core.vocabulary import Role
from sandbox.app import Sandbox, running
from tests.integration.bot_factory import (
    CLARA,
    KEY,
    OLIVIA,
    OTTO,
    TOKEN,
    Person,
    a_world,
    control,
    make_operator,
    until,
)
from tests.integration.telegram_factory import now

GROUP, SMALL = -1001000000001, -77
DANA = 2000002


async def test_a_topic_for_each_customer_and_only_linked_operators_reach_them(
    sessions: Sessions, tmp_path: Path
) -> None:
    make_operator(sessions, OLIVIA, Role.ADMINISTRATOR)
    async with a_world(tmp_path, sessions) as sandbox:
        await _desk(sandbox, {"id": GROUP, "title": "Shop"}, "has a topic of their own")
        clara, dana = Person(sandbox, CLARA), Person(sandbox, DANA)
        await clara.say("Where is my parcel?")
        await dana.say("Do you sell tea?")
        asked = await _reads(sandbox, GROUP, "Where is my parcel?")
        other = await _reads(sandbox, GROUP, "Do you sell tea?")
        assert asked["message_thread_id"] != other["message_thread_id"]
        await _write(sandbox, GROUP, OTTO, "Nobody knows", topic=asked["message_thread_id"])
        await _reads(sandbox, GROUP, "nur für Benutzer")
        await _write(sandbox, GROUP, OLIVIA, "On Monday", topic=asked["message_thread_id"])
        await clara.reads("On Monday")
        assert not [one for one in await clara.messages() if "Nobody knows" in one["text"]]
        assert not [one for one in await dana.messages() if "Monday" in one["text"]]
        await clara.say("Thank you!")
        thanks = await _reads(sandbox, GROUP, "Thank you!")
        assert thanks["message_thread_id"] == asked["message_thread_id"]
        with sessions.begin() as session:
            identity_id = queries.customer(session, GROUP, asked["message_thread_id"])
            assert identity_id
            answers.answer(session, identity_id, "From the panel", by="operator:1", now=now())
        shown = await _reads(sandbox, GROUP, "From the panel")
        assert shown["message_thread_id"] == asked["message_thread_id"]


async def test_a_message_that_is_too_long_beside_its_name_is_cut_and_holds_up_nobody(
    sessions: Sessions, tmp_path: Path
) -> None:
    """As long as Telegram lets a customer write: 4,096 as it counts, of which an emoji is two."""
    make_operator(sessions, OLIVIA, Role.ADMINISTRATOR)
    async with a_world(tmp_path, sessions) as sandbox:
        await _desk(sandbox, {"id": GROUP, "title": "Shop"}, "has a topic of their own")
        clara = Person(sandbox, CLARA)
        await clara.say("😀" * 2048)
        await _reads(sandbox, GROUP, "The whole message stands in the panel.")
        await clara.say("Hello?")
        await _reads(sandbox, GROUP, "Hello?")


async def test_a_closed_topic_is_opened_and_a_deleted_one_made_anew(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.ADMINISTRATOR)
    async with a_world(tmp_path, sessions) as sandbox:
        await _desk(sandbox, {"id": GROUP, "title": "Shop"}, "has a topic of their own")
        clara = Person(sandbox, CLARA)
        await clara.say("First")
        first = (await _reads(sandbox, GROUP, "First"))["message_thread_id"]
        change = {"group": GROUP, "user": OLIVIA, "topic": first}
        await control(sandbox, "telegram/groups/topics", change | {"do": "close"})
        await until(lambda: _unanswered(sessions), lambda count: count == "0")
        await clara.say("Second")
        assert (await _reads(sandbox, GROUP, "Second"))["message_thread_id"] == first
        await control(sandbox, "telegram/groups/topics", change | {"do": "delete"})
        await clara.say("Third")
        third = (await _reads(sandbox, GROUP, "Third"))["message_thread_id"]
        assert third != first
        await _write(sandbox, GROUP, OLIVIA, "Here we are", topic=third)
        await clara.reads("Here we are")


async def test_a_group_without_topics_is_answered_by_replies_and_followed_when_it_moves(
    sessions: Sessions, tmp_path: Path
) -> None:
    make_operator(sessions, OLIVIA, Role.ADMINISTRATOR)
    async with a_world(tmp_path, sessions) as sandbox:
        await _desk(sandbox, {"id": SMALL, "title": "Small", "forum": False}, "Reply to a customer's message")
        clara, olivia = Person(sandbox, CLARA), Person(sandbox, OLIVIA)
        await olivia.say("/status")
        await clara.say("Hello?")
        asked = await _reads(sandbox, SMALL, "Hello?")
        await _write(sandbox, SMALL, OLIVIA, "Hello, Clara", reply_to=asked["message_id"])
        await clara.reads("Hello, Clara")
        moved = GROUP - 5
        await control(sandbox, "telegram/groups/migrate", {"group": SMALL, "user": OLIVIA, "to": moved})
        await clara.say("Still there?")
        await _reads(sandbox, moved, "Still there?")
        await control(sandbox, "telegram/groups", {"id": moved, "standing": "kicked"})
        await clara.say("And now?")
        await olivia.reads("And now?")
    with sessions() as session:
        assert queries.group(session) is None


async def test_what_came_while_telegram_was_away_is_shown_when_it_is_back(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.EDITOR)
    with sessions.begin() as session:
        words = Words("text", "By WhatsApp", "SM1", now())
        conversations.hear(session, Customer("whatsapp", "+491511000001", "Clara"), words, key=KEY)
    async with running(tmp_path) as sandbox:
        port = sandbox.http_port
        await control(sandbox, "telegram/bots", {"token": TOKEN})
        await control(sandbox, "telegram/say", {"user": OLIVIA, "text": "/help"})
    run = Run(sessions)
    bot = connect(TOKEN, f"http://127.0.0.1:{port}")
    showing = asyncio.create_task(Desk(bot, run).work())
    await asyncio.sleep(1.5)
    async with running(tmp_path, port=port) as sandbox:
        await Person(sandbox, OLIVIA).reads("By WhatsApp")
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)
        await bot.session.close()
    run.close()


class Refusing(BaseRequestMiddleware):
    """A Telegram that does not take what says so, in words that we have never heard."""

    async def __call__(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: TelegramMethod[Any]
    ) -> Response[Any]:
        if "poison" in str(getattr(method, "text", "")):
            raise TelegramBadRequest(method, "Bad Request: something new")
        return await make_request(bot, method)


async def test_a_message_that_telegram_does_not_take_is_named_and_holds_up_nobody(
    sessions: Sessions, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        service.choose(session, Group(GROUP, "Shop", "en"), by="t")
        for number, text in enumerate(("poison", "Hello?")):
            words = Words("text", text, f"SM{number}", now())
            conversations.hear(session, Customer("whatsapp", "+491511000001", "Clara"), words, key=KEY)
    async with running(tmp_path) as sandbox:
        await control(sandbox, "telegram/bots", {"token": TOKEN})
        await control(sandbox, "telegram/groups", {"id": GROUP, "title": "Shop"})
        run, bot = Run(sessions), connect(TOKEN, sandbox.url)
        bot.session.middleware(Refusing())
        showing = asyncio.create_task(Desk(bot, run).work())
        await _reads(sandbox, GROUP, "Hello?")
        await _reads(sandbox, GROUP, "The whole message stands in the panel.")
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)
        await bot.session.close()
    run.close()


async def _desk(sandbox: Sandbox, group: dict[str, Any], words: str) -> None:
    """Olivia has put the bot into the group, and made it the desk."""
    await control(sandbox, "telegram/groups", group)
    await _write(sandbox, group["id"], OLIVIA, "/desk")
    await _reads(sandbox, group["id"], words)


async def _write(sandbox: Sandbox, group: int, user: int, text: str, **where: int) -> None:
    await control(sandbox, "telegram/groups/say", {"group": group, "user": user, "text": text, **where})


async def _reads(sandbox: Sandbox, group: int, words: str) -> Any:
    async def found() -> Any:
        messages = (await control(sandbox, f"telegram/chats/{group}"))["messages"]
        fitting = [one for one in messages if one["from"]["is_bot"] and words in one.get("text", "")]
        return fitting[-1] if fitting else None

    return await until(found)


async def _unanswered(sessions: Sessions) -> str:
    with sessions() as session:
        return str(len(session.scalars(select(Conversation).where(Conversation.unanswered_since.is_not(None))).all()))
