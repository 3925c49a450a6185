"""A sandbox with the real bot at work in it, and people who write and press as in Telegram."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.app import Keys
from bot.connection import connect
from bot.courier import Bag
from bot.running import Run
from bot.serving import Ways, serve
from channels.buckets import LocalBuckets
from channels.links import Links
from channels.messenger.telegram.provider import TelegramProvider
from channels.wording import Wordings
from core.database import Sessions
from core.ports import Buckets
from core.services import campaigns, operators, segments
from core.tables.campaigns import Campaign
from core.tables.contacts import Contact
from core.tables.operators import Operator
from core.tables.templates import Template
from core.vocabulary import Role
from sandbox.app import Sandbox, running
from tests.integration.campaign_factory import make_contacts, make_content, make_sender

TOKEN = "4200000001:SANDBOX-token-for-the-tests-only-00"
OLIVIA, OTTO, CLARA = 1000001, 1000002, 2000001
PATIENCE_SECONDS = 30
USUAL = Ways()
KEY = b"a key for the tests only"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with Telegram, in a private chat with the bot."""

    sandbox: Sandbox
    id: int

    async def say(self, text: str) -> None:
        await control(self.sandbox, "telegram/say", {"user": self.id, "text": text})

    async def press(self, words: str) -> str:
        """Press the newest button that begins so; what comes back finds the bot's answer."""
        message, data = await until(lambda: self._button(words))
        pressed = {"user": self.id, "message_id": message["message_id"], "data": data}
        return str((await control(self.sandbox, "telegram/press", pressed))["press"])

    async def answer_to(self, press: str) -> str:
        """What popped up after a press."""
        found = await until(lambda: control(self.sandbox, f"telegram/presses/{press}"), lambda one: one["answer"])
        return str(found["answer"]["text"])

    async def messages(self) -> list[dict[str, Any]]:
        """What the bot wrote, oldest first."""
        found = await control(self.sandbox, f"telegram/chats/{self.id}")
        return [message for message in found["messages"] if message["from"]["is_bot"]]

    async def reads(self, *words: str) -> dict[str, Any]:
        """Wait for a message with all of these words; the newest such."""

        async def found() -> dict[str, Any] | None:
            fitting = [one for one in await self.messages() if all(word in one["text"] for word in words)]
            return fitting[-1] if fitting else None

        return await until(found)

    async def _button(self, words: str) -> tuple[dict[str, Any], str] | None:
        for message in reversed(await self.messages()):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if button["text"].startswith(words):
                        return message, button["callback_data"]
        return None


@asynccontextmanager
async def a_world(data: Path, sessions: Sessions, *, every: float = 0.5) -> AsyncIterator[Sandbox]:
    """A sandbox in which the bot listens, and edits its live messages after so many seconds."""
    async with running(data) as sandbox:
        async with a_bot(sandbox.url, sessions, Ways(every_seconds=every)):
            yield sandbox
        # Another reader ends the bot's last long poll, which the sandbox would else wait for.
        async with aiohttp.request("GET", f"{sandbox.url}/bot{TOKEN}/getUpdates"):
            pass


@asynccontextmanager
async def a_bot(api: str, sessions: Sessions, ways: Ways = USUAL) -> AsyncIterator[None]:
    """The bot at work; it may break down in no other way than by the end of the block."""
    run, ready, buckets = Run(sessions), asyncio.Event(), LocalBuckets()
    carrying = replace(ways, keys=Keys(KEY, KEY), bag=Bag(_url(sessions), sessions, make_telegram(api, buckets)))
    serving = asyncio.create_task(serve(connect(TOKEN, api, buckets), run, carrying, ready=lambda _me: ready.set()))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await ready.wait()
        yield
        assert not serving.done()
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        run.close()


def make_telegram(api: str, buckets: Buckets) -> TelegramProvider:
    links = Links("http://127.0.0.1:1", KEY)
    return TelegramProvider(TOKEN, api, Wordings(links, escape=True), buckets, addresses=KEY)


def _url(sessions: Sessions) -> str:
    engine = sessions.kw["bind"]
    return str(engine.url.render_as_string(hide_password=False))


def make_operator(sessions: Sessions, telegram_id: int | None, role: Role = Role.LAUNCHER, name: str = "Olivia") -> int:
    """Linked to that account, without the ceremony."""
    with sessions.begin() as session:
        operator = Operator(name=name, role=role, telegram_id=telegram_id)
        session.add(operator)
        session.flush()
        return operator.id


def make_code(sessions: Sessions, operator_id: int, now: datetime | None = None) -> str:
    with sessions.begin() as session:
        return operators.new_link_code(session, operator_id, "system", now or datetime.now(UTC))


def make_draft(session: Session, *, recipients: int, name: str = "Spring") -> Campaign:
    """A draft that lacks nothing, to everybody."""
    make_contacts(session, recipients, start=(session.scalar(select(func.max(Contact.id))) or 0) + 1)
    template = Template(
        name=f"{name}'s letter",
        kind="text",
        subject="Hello",
        source="Hello",
        content_id=make_content(session),
        created_by="test",
    )
    session.add(template)
    session.flush()
    everybody = segments.create_dynamic(session, name=f"{name}'s readers", expression={"all": []}, by="test")
    return campaigns.create(
        session,
        name=name,
        template_id=template.id,
        sender_id=make_sender(session),
        include=[everybody.id],
        exclude=[],
        by="test",
    )


async def control(sandbox: Sandbox, path: str, body: Any = None) -> Any:
    async with aiohttp.ClientSession() as client:
        method = "GET" if body is None else "POST"
        async with client.request(method, f"{sandbox.url}/control/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()


async def until(ask: Callable[[], Awaitable[T | None]], holds: Callable[[T], object] = bool) -> T:
    """Ask again and again for something that comes by itself."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found = await ask()
            if found is not None and holds(found):
                return found
            await asyncio.sleep(0.03)
