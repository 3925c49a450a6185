"""The sandbox's Bot API, used through aiogram and measured against the published description."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.filters import Command
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Message,
)
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from sandbox.app import Sandbox, running
from sandbox.telegram.methods import METHODS

TOKEN = "4200000001:SANDBOX-token-for-the-tests-only-00"
CLARA = 2000001
DESK = -1001000000001
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000200000001080600000000f422ca0000000d49444154789c63606060f80f00010401005fe5c34b"
    "0000000049454e44ae426082"
)
KEYBOARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Launch", callback_data="launch:1")]])


@asynccontextmanager
async def a_bot(sandbox: Sandbox, token: str = TOKEN) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(sandbox.url))
    async with Bot(token, session=session).context(auto_close=True) as bot:
        yield bot


async def control(sandbox: Sandbox, path: str, body: Any = None) -> Any:
    async with aiohttp.ClientSession() as client:
        method = "GET" if body is None else "POST"
        async with client.request(method, f"{sandbox.url}/control/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()


async def started(sandbox: Sandbox, bot: Bot, user: int = CLARA) -> None:
    """The person has begun a conversation with the bot."""
    await bot.get_me()
    await control(sandbox, "telegram/say", {"user": user, "text": "/start"})


async def seen(sandbox: Sandbox, user: int = CLARA) -> list[Any]:
    found = await control(sandbox, f"telegram/chats/{user}")
    return list(found["messages"])


async def until(condition: Any) -> Any:
    async with asyncio.timeout(5):
        while not (found := await condition()):
            await asyncio.sleep(0.02)
    return found


async def test_a_bot_hears_answers_and_edits_by_long_polling(tmp_path: Path) -> None:
    dispatcher = Dispatcher()

    @dispatcher.message(Command("start"))
    async def welcome(message: Message) -> None:
        await message.answer("<b>Hello</b> &amp; welcome", parse_mode="HTML", reply_markup=KEYBOARD)

    @dispatcher.callback_query(F.data == "launch:1")
    async def launch(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        await query.message.edit_text("Running")
        await query.answer("Launched", show_alert=True)

    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False))
        await until(lambda: asyncio.sleep(0, sandbox.telegram.world.bots()))
        await control(sandbox, "telegram/say", {"user": CLARA, "text": "/start abc"})
        mail = await until(lambda: _last_from_bot(sandbox))
        assert mail["text"] == "Hello & welcome"
        assert mail["entities"] == [{"type": "bold", "offset": 0, "length": 5}]
        pressed = {"user": CLARA, "message_id": mail["message_id"], "data": "launch:1"}
        press = (await control(sandbox, "telegram/press", pressed))["press"]
        answer = await until(lambda: _answer(sandbox, press))
        assert answer == {"text": "Launched", "alert": True}
        edited = (await seen(sandbox))[-1]
        assert edited["text"] == "Running"
        assert "reply_markup" not in edited
        await dispatcher.stop_polling()
        await polling


async def test_a_webhook_gets_updates_with_its_secret(tmp_path: Path) -> None:
    dispatcher = Dispatcher()
    secrets: list[str | None] = []

    @web.middleware
    async def note(request: web.Request, handler: Any) -> web.StreamResponse:
        secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        answer: web.StreamResponse = await handler(request)
        return answer

    @dispatcher.message()
    async def echo(message: Message) -> Any:
        return message.answer(f"You said {message.text}")

    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        application = web.Application(middlewares=[note])
        handler = SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token="s3cret")
        handler.register(application, "/hook")
        setup_application(application, dispatcher)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.SockSite(runner, sock := socket.create_server(("127.0.0.1", 0)))
        await site.start()
        port = sock.getsockname()[1]
        assert await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s3cret")
        assert (await bot.get_webhook_info()).url.endswith("/hook")
        with pytest.raises(TelegramConflictError, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates()
        await control(sandbox, "telegram/say", {"user": CLARA, "text": "hello"})
        mail = await until(lambda: _last_from_bot(sandbox))
        assert mail["text"] == "You said hello"
        assert secrets == ["s3cret"]
        await bot.delete_webhook()
        await runner.cleanup()


async def test_an_update_waits_until_the_webhook_takes_it(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            port = nobody.getsockname()[1]
        await bot.set_webhook(f"http://127.0.0.1:{port}/")
        await control(sandbox, "telegram/say", {"user": CLARA, "text": "hello"})
        await until(lambda: _failed(bot))
        info = await bot.get_webhook_info()
        assert info.pending_update_count == 1
        assert await bot.delete_webhook()
        assert [update.message.text for update in await bot.get_updates() if update.message] == ["hello"]


async def test_two_pollers_of_one_bot_get_a_conflict(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        first = asyncio.create_task(bot.get_updates(timeout=20))
        await asyncio.sleep(0.2)
        assert await bot.get_updates(timeout=0) == []
        with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
            await first


async def test_updates_are_given_again_until_they_are_confirmed(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        await started(sandbox, bot)
        await control(sandbox, "telegram/say", {"user": CLARA, "text": "two"})
        first = await bot.get_updates()
        assert len(first) == 2
        assert await bot.get_updates() == first
        assert len(await bot.get_updates(offset=first[1].update_id)) == 1


async def test_telegrams_errors_come_in_its_own_words(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        with pytest.raises(TelegramBadRequest, match="Bad Request: chat not found"):
            await bot.send_message(CLARA, "hello")
        await started(sandbox, bot)
        sent = await bot.send_message(CLARA, "hello", reply_markup=KEYBOARD)
        with pytest.raises(TelegramBadRequest, match="message is not modified"):
            await bot.edit_message_text("hello", chat_id=CLARA, message_id=sent.message_id, reply_markup=KEYBOARD)
        with pytest.raises(TelegramBadRequest, match="can't parse entities: Unsupported start tag"):
            await bot.send_message(CLARA, "<h1>no</h1>", parse_mode="HTML")
        with pytest.raises(TelegramBadRequest, match="message is too long"):
            await bot.send_message(CLARA, "x" * 4097)
        with pytest.raises(TelegramBadRequest, match="message text is empty"):
            await bot.send_message(CLARA, "  ")
        with pytest.raises(TelegramBadRequest, match="query is too old"):
            await bot.answer_callback_query("12345")
        await control(sandbox, "telegram/block", {"user": CLARA})
        with pytest.raises(TelegramForbiddenError, match="Forbidden: bot was blocked by the user"):
            await bot.send_message(CLARA, "hello")
        await control(sandbox, "telegram/users", {"id": CLARA, "first_name": "Clara", "deactivated": True})
        with pytest.raises(TelegramForbiddenError, match="Forbidden: user is deactivated"):
            await bot.send_message(CLARA, "hello")
    async with running(tmp_path) as sandbox, a_bot(sandbox, TOKEN[:-1] + "9") as stranger:
        with pytest.raises(TelegramUnauthorizedError, match="Unauthorized"):
            await stranger.get_me()


async def test_blocking_and_unblocking_is_told(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        await started(sandbox, bot)
        await control(sandbox, "telegram/block", {"user": CLARA})
        await control(sandbox, "telegram/say", {"user": CLARA, "text": "/start"})
        changes = [update.my_chat_member for update in await bot.get_updates() if update.my_chat_member]
        assert [change.new_chat_member.status for change in changes] == ["kicked", "member"]
        assert await bot.send_message(CLARA, "hello again")


async def test_too_many_messages_are_told_when_to_come_again(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        await started(sandbox, bot)
        await control(sandbox, "behaviour", {"telegram": {"strict": True}})
        await bot.send_message(CLARA, "one")
        with pytest.raises(TelegramRetryAfter) as caught:
            await bot.send_message(CLARA, "two")
        assert caught.value.retry_after == 1
        await control(sandbox, "behaviour", {"telegram": {"refuse_next": 1, "retry_after": 7}})
        with pytest.raises(TelegramRetryAfter) as caught:
            await bot.send_message(CLARA, "three")
        assert caught.value.retry_after == 7
        assert await bot.send_message(CLARA, "four")


async def test_thirty_messages_a_second_in_all_and_no_more(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        for user in range(1, 36):
            await control(sandbox, "telegram/users", {"id": user, "first_name": f"P{user}"})
            await started(sandbox, bot, user)
        await control(sandbox, "behaviour", {"telegram": {"strict": True}})
        results = await asyncio.gather(
            *(bot.send_message(user, "hello") for user in range(1, 36)), return_exceptions=True
        )
        assert sum(isinstance(result, TelegramRetryAfter) for result in results) in range(1, 6)


async def test_pictures_and_documents_can_be_sent_replaced_and_fetched(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        await started(sandbox, bot)
        sent = await bot.send_photo(
            CLARA, BufferedInputFile(PIXEL, "chart.png"), caption="*Chart*", parse_mode="MarkdownV2"
        )
        assert sent.photo
        assert (sent.photo[0].width, sent.photo[0].height) == (2, 1)
        assert sent.caption == "Chart"
        media = InputMediaPhoto(media=BufferedInputFile(PIXEL + b"2", "new.png"), caption="New")
        changed = await bot.edit_message_media(media, chat_id=CLARA, message_id=sent.message_id)
        assert isinstance(changed, Message)
        assert changed.photo
        assert changed.photo[0].file_id != sent.photo[0].file_id
        content = await bot.download(changed.photo[0].file_id)
        assert content is not None
        assert content.read() == PIXEL + b"2"
        document = await bot.send_document(CLARA, BufferedInputFile(b"a;b", "rows.csv"))
        assert document.document
        assert document.document.file_name == "rows.csv"
        with pytest.raises(TelegramBadRequest, match="IMAGE_PROCESS_FAILED"):
            await bot.send_photo(CLARA, BufferedInputFile(b"none", "x.png"))


async def test_conversations_survive_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        await started(sandbox, bot)
        sent = await bot.send_message(CLARA, "before")
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        await bot.edit_message_text("after", chat_id=CLARA, message_id=sent.message_id)
        assert [message["text"] for message in await seen(sandbox)] == ["/start", "after"]


async def test_every_answer_has_the_published_shape(tmp_path: Path) -> None:
    shapes = published()
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        await started(sandbox, bot)
        tried = await _one_of_each(sandbox)
    for method, answer in tried:
        shapes.check_answer(method, answer)
    assert {method.lower() for method, _answer in tried} == set(METHODS)


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("sendMessage", {"text": "x", "entities": 5}),
        ("sendMessage", {"text": "x", "entities": [{"type": "bold", "offset": -4, "length": 9}]}),
        ("sendMessage", {"text": "x", "entities": [{"type": "text_link", "offset": 0, "length": 1, "url": 5}]}),
        ("sendMessage", {"text": "x", "reply_parameters": 5}),
        ("sendMessage", {"text": "x", "reply_markup": {"inline_keyboard": 5}}),
        ("sendMessage", {"text": "x", "reply_markup": {"inline_keyboard": [["x"]]}}),
        ("sendMessage", {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x", "url": "javascript://"}]]}}),
        ("sendMessage", {"text": "x", "reply_markup": {"keyboard": [[{"text": 5}]]}}),
        ("sendMessage", {"chat_id": 10**30, "text": "x"}),
        ("editMessageText", {"message_id": 10**30, "text": "x"}),
        ("setMyCommands", {"commands": ["start"]}),
        ("getUpdates", {"allowed_updates": 5}),
        ("getUpdates", {"offset": "soon"}),
    ],
)
async def test_malformed_calls_are_refused_and_leave_no_trace(
    tmp_path: Path, method: str, parameters: dict[str, Any]
) -> None:
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot, aiohttp.ClientSession() as client:
        await started(sandbox, bot)
        url = f"{sandbox.url}/bot{TOKEN}/{method}"
        async with client.post(url, json={"chat_id": CLARA} | parameters) as answer:
            body = await answer.json()
        assert (answer.status, body["ok"], body["error_code"]) == (400, False, 400)
        assert body["description"].startswith("Bad Request: ")
        assert len(await seen(sandbox)) == 1
        async with client.get(f"{sandbox.url}/chat?person={CLARA}") as page:
            assert page.status == 200


async def test_links_and_commands_are_found_where_nobody_marked_them(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        await started(sandbox, bot)
        sent = await bot.send_message(CLARA, "🍷 <b>see</b> https://x.test/a?b=1. or /help", parse_mode="HTML")
        assert sent.entities
        assert [(entity.type, entity.extract_from(sent.text or "")) for entity in sent.entities] == [
            ("bold", "see"),
            ("url", "https://x.test/a?b=1"),
            ("bot_command", "/help"),
        ]


async def test_groups_and_topics_refuse_in_telegrams_words(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        await started(sandbox, bot)
        await control(sandbox, "telegram/groups", {"id": DESK, "title": "Desk"})
        topic = await bot.create_forum_topic(DESK, "Clara")
        sent = await bot.send_message(DESK, "Hello", message_thread_id=topic.message_thread_id)
        assert (sent.message_thread_id, sent.is_topic_message, sent.chat.is_forum) == (
            topic.message_thread_id,
            True,
            True,
        )
        here = {"group": DESK, "user": CLARA, "topic": topic.message_thread_id}
        await control(sandbox, "telegram/groups/topics", here | {"do": "close"})
        with pytest.raises(TelegramBadRequest, match="TOPIC_CLOSED"):
            await bot.send_message(DESK, "Hello", message_thread_id=topic.message_thread_id)
        await control(sandbox, "telegram/groups/topics", here | {"do": "delete"})
        with pytest.raises(TelegramBadRequest, match="message thread not found"):
            await bot.send_message(DESK, "Hello", message_thread_id=topic.message_thread_id)
        await control(sandbox, "telegram/groups", {"id": DESK, "standing": "member"})
        with pytest.raises(TelegramBadRequest, match="not enough rights to create a topic"):
            await bot.create_forum_topic(DESK, "Clara")
        await control(sandbox, "telegram/groups", {"id": -5, "title": "Small", "forum": False})
        with pytest.raises(TelegramBadRequest, match="the chat is not a forum"):
            await bot.create_forum_topic(-5, "Clara")
        await control(sandbox, "telegram/groups/migrate", {"group": -5, "user": CLARA, "to": DESK - 5})
        with pytest.raises(TelegramMigrateToChat) as moved:
            await bot.send_message(-5, "Hello")
        assert moved.value.migrate_to_chat_id == DESK - 5
        await control(sandbox, "telegram/groups", {"id": DESK, "standing": "kicked"})
        with pytest.raises(TelegramForbiddenError, match="bot was kicked from the supergroup chat"):
            await bot.send_message(DESK, "Hello")


async def test_a_share_of_people_can_have_blocked_the_bot_unnoticed(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        for user in range(1, 61):
            await control(sandbox, "telegram/users", {"id": user, "first_name": f"P{user}"})
            await started(sandbox, bot, user)
        await bot.get_updates(offset=-1)
        await control(sandbox, "behaviour", {"telegram": {"blocked_share": 0.5}})
        results = [await bot.send_message(user, "hello") for user in range(1, 61) if not await _refuses(bot, user)]
        assert 18 <= len(results) <= 42
        assert len(await bot.get_updates(offset=-1)) == 1


async def test_unknown_methods_are_not_found(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, a_bot(sandbox) as bot:
        with pytest.raises(TelegramNotFound):
            await bot.get_my_star_balance()


def published() -> "Shapes":
    """From SENDBOTE_SPECS, or from `specs` beside the folder that SENDBOTE_CORPORA names."""
    corpora = os.environ.get("SENDBOTE_CORPORA", "")
    folder = Path(os.environ.get("SENDBOTE_SPECS", "") or Path(corpora).parent / "specs")
    path = folder / "telegram_bot_api.json"
    if not path.exists():
        pytest.skip("the published description of the Bot API is not here")
    return Shapes(json.loads(path.read_text()))


NEWER = {"ChatMemberAdministrator": frozenset({"can_send_welcome_messages"})}
"""Fields that are younger than the published description at hand, and without which aiogram takes no such object."""


class Shapes:
    """The published description of types and of what methods return."""

    def __init__(self, described: Any) -> None:
        self._types, self._methods = described["types"], described["methods"]

    def check_answer(self, method: str, value: Any) -> None:
        self._check(value, self._methods[method]["returns"], method)

    def _check(self, value: Any, kinds: list[str], where: str) -> None:
        problems = []
        for kind in kinds:
            try:
                return self._check_one(value, kind, where)
            except AssertionError as problem:
                problems.append(str(problem))
        raise AssertionError("; ".join(problems))

    def _check_one(self, value: Any, kind: str, where: str) -> None:
        plain = {"Integer": int, "String": str, "Boolean": bool, "True": bool, "Float": float}
        if kind.startswith("Array of "):
            assert isinstance(value, list), where
            for number, item in enumerate(value):
                self._check_one(item, kind.removeprefix("Array of "), f"{where}[{number}]")
        elif kind in plain:
            assert type(value) is plain[kind], f"{where}: {value!r} is no {kind}"
        elif self._types[kind].get("subtypes"):
            self._check(value, self._types[kind]["subtypes"], where)
        else:
            self._check_object(value, kind, where)

    def _check_object(self, value: Any, kind: str, where: str) -> None:
        assert isinstance(value, dict), f"{where}: {value!r} is no {kind}"
        fields = {field["name"]: field for field in self._types[kind].get("fields", [])}
        unknown = set(value) - set(fields) - NEWER.get(kind, frozenset())
        assert not unknown, f"{where}: {kind} has no {sorted(unknown)}"
        for name, field in fields.items():
            assert name in value or not field["required"], f"{where}: {kind} lacks {name}"
            if name in value:
                self._check(value[name], field["types"], f"{where}.{name}")


async def _one_of_each(sandbox: Sandbox) -> list[tuple[str, Any]]:
    """Every method once, by plain HTTP in all the ways in which parameters may come, with what it answered."""
    answers: list[tuple[str, Any]] = []
    async with aiohttp.ClientSession() as client:

        async def call(method: str, **parameters: Any) -> Any:
            form = aiohttp.FormData()
            if any(isinstance(value, bytes) for value in parameters.values()):
                for name, value in parameters.items():
                    filename = "chart.png" if isinstance(value, bytes) else None
                    form.add_field(name, value if isinstance(value, bytes) else str(value), filename=filename)
                request = client.post(f"{sandbox.url}/bot{TOKEN}/{method}", data=form)
            elif len(answers) % 2:
                request = client.post(f"{sandbox.url}/bot{TOKEN}/{method}", json=parameters)
            else:
                query = {
                    key: value if isinstance(value, str) else json.dumps(value) for key, value in parameters.items()
                }
                request = client.get(f"{sandbox.url}/bot{TOKEN}/{method}", params=query)
            async with request as answer:
                body = await answer.json()
                assert body["ok"], (method, body)
                answers.append((method, body["result"]))
                return body["result"]

        keyboard = {
            "inline_keyboard": [[{"text": "Go", "callback_data": "go"}, {"text": "See", "url": "https://x.test"}]]
        }
        await call("getMe")
        message = await call("sendMessage", chat_id=CLARA, text="<b>Hi</b>", parse_mode="HTML", reply_markup=keyboard)
        number = message["message_id"]
        await call("sendMessage", chat_id=CLARA, text="again", reply_parameters={"message_id": number})
        await call(
            "sendMessage", chat_id=CLARA, text="https://x.test/ or /help", reply_markup={"remove_keyboard": True}
        )
        pressed = {"user": CLARA, "message_id": number, "data": "go"}
        press = (await control(sandbox, "telegram/press", pressed))["press"]
        await control(sandbox, "telegram/say", {"user": CLARA, "contact": "+491701234567"})
        await control(sandbox, "telegram/block", {"user": CLARA})
        await control(sandbox, "telegram/block", {"user": CLARA, "blocked": False})
        await call("getUpdates", offset=0)
        await call("answerCallbackQuery", callback_query_id=press, text="done")
        await call("editMessageText", chat_id=CLARA, message_id=number, text="new", reply_markup=keyboard)
        await call("editMessageReplyMarkup", chat_id=CLARA, message_id=number)
        photo = await call("sendPhoto", chat_id=CLARA, photo=PIXEL, caption="a chart")
        await call("sendDocument", chat_id=CLARA, document=PIXEL)
        media = {"type": "photo", "media": "attach://new", "caption": "newer"}
        await call(
            "editMessageMedia", chat_id=CLARA, message_id=photo["message_id"], media=json.dumps(media), new=PIXEL
        )
        await call("editMessageCaption", chat_id=CLARA, message_id=photo["message_id"], caption="newest")
        await call("getFile", file_id=photo["photo"][0]["file_id"])
        await call("sendChatAction", chat_id=CLARA, action="typing")
        await call("getChat", chat_id=CLARA)
        await call("getChatMember", chat_id=CLARA, user_id=CLARA)
        await control(sandbox, "telegram/groups", {"id": DESK, "title": "Desk"})
        topic = (await call("createForumTopic", chat_id=DESK, name="Clara"))["message_thread_id"]
        await call("editForumTopic", chat_id=DESK, message_thread_id=topic, name="Clara Müller")
        spoken = await call("sendMessage", chat_id=DESK, message_thread_id=topic, text="Hello")
        said = {"group": DESK, "user": CLARA, "topic": topic, "text": "Hi", "reply_to": spoken["message_id"]}
        await control(sandbox, "telegram/groups/say", said)
        await call("setMessageReaction", chat_id=DESK, message_id=spoken["message_id"])
        await call("copyMessage", chat_id=DESK, from_chat_id=CLARA, message_id=photo["message_id"])
        await call("getChatMember", chat_id=DESK, user_id=int(TOKEN.partition(":")[0]))
        await call("getChat", chat_id=DESK)
        await control(sandbox, "telegram/groups/topics", {"group": DESK, "user": CLARA, "topic": topic, "do": "close"})
        await call("reopenForumTopic", chat_id=DESK, message_thread_id=topic)
        await call("closeForumTopic", chat_id=DESK, message_thread_id=topic)
        await call("deleteForumTopic", chat_id=DESK, message_thread_id=topic)
        await control(sandbox, "telegram/groups/migrate", {"group": DESK, "user": CLARA, "to": DESK - 1})
        typed = (await control(sandbox, "telegram/inline", {"user": CLARA, "text": "campaigns"}))["query"]
        article = {"type": "article", "id": "1", "title": "A", "input_message_content": {"message_text": "A"}}
        await call("answerInlineQuery", inline_query_id=typed, results=[article])
        await call("getUpdates", offset=0)
        await call("setMyCommands", commands=[{"command": "start", "description": "Begin"}])
        await call("getMyCommands")
        await call("deleteMyCommands")
        await call("deleteMessage", chat_id=CLARA, message_id=number)
        await call("setWebhook", url="http://127.0.0.1:9/", allowed_updates=["message"])
        await call("getWebhookInfo")
        await call("deleteWebhook")
        for kind in ("Description", "ShortDescription"):
            await call(f"setMy{kind}", **{"description" if kind == "Description" else "short_description": "Sends"})
            await call(f"getMy{kind}")
        await call("close")
        await call("logOut")
    return answers


async def _refuses(bot: Bot, user: int) -> bool:
    try:
        return not await bot.send_chat_action(user, "typing")
    except TelegramForbiddenError:
        return True


async def _last_from_bot(sandbox: Sandbox) -> Any:
    found = await seen(sandbox)
    return found[-1] if found and found[-1]["from"]["is_bot"] else None


async def _answer(sandbox: Sandbox, press: str) -> Any:
    return (await control(sandbox, f"telegram/presses/{press}"))["answer"]


async def _failed(bot: Bot) -> bool:
    return (await bot.get_webhook_info()).last_error_message is not None
