"""The sandbox's page: what it shows of letters and chats, and that neither letters nor strangers can use it."""

import asyncio
import json
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.app import Sandbox, running

TOKEN = "4200000001:SANDBOX-token-for-the-tests-only-00"
CLARA = 2000001
HOSTILE = "<script>parent.document.title = 'owned'</script>"
POSTS = [
    "/language/de",
    "/mail/clear",
    "/mail/1/unsubscribe",
    "/chat/say",
    "/chat/press",
    "/chat/block",
    "/chat/people",
    "/chat/groups",
    "/chat/groups/-1/say",
    "/chat/groups/-1/press",
    "/chat/groups/-1/topic",
    "/chat/clear",
    "/behaviour",
    "/behaviour/reset",
    "/control/behaviour",
    "/control/readers",
    "/control/telegram/bots",
    "/control/telegram/users",
    "/control/telegram/say",
    "/control/telegram/press",
    "/control/telegram/block",
    f"/bot{TOKEN}/sendMessage",
]


@dataclass
class Answer:
    status: int
    headers: Any
    text: str


@dataclass
class Visitor:
    """Somebody with a browser that follows no redirects."""

    sandbox: Sandbox
    client: aiohttp.ClientSession

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._ask("GET", path, None, headers)

    async def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        return await self._ask("POST", path, form or {}, headers)

    async def _ask(self, method: str, path: str, form: dict[str, str] | None, headers: dict[str, str]) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.request(
            method, self.sandbox.url + path, data=form, headers=named, allow_redirects=False
        ) as answer:
            return Answer(answer.status, answer.headers, (await answer.read()).decode("utf-8", "replace"))


@asynccontextmanager
async def a_visitor(data: Path) -> AsyncIterator[Visitor]:
    async with running(data) as sandbox, aiohttp.ClientSession() as client:
        yield Visitor(sandbox, client)


def letter(subject: str = "Spring", html: str = "", to: str = "anna@example.test") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Café Sender <news@sender.test>"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = f"<{abs(hash((subject, to)))}@sender.test>"
    message.set_content("plain words\n")
    if html:
        message.add_alternative(html, subtype="html")
    return message


def keep(visitor: Visitor, message: EmailMessage | bytes, *recipients: str) -> int:
    """Put a letter into the sandbox's store as its mail server does; its number."""
    source = message if isinstance(message, bytes) else bytes(message).replace(b"\n", b"\r\n")
    return visitor.sandbox.store.keep("v@sender.test", recipients or ("anna@example.test",), source)


PIECES = ("/phones/list", "/phones/talk")
"""What a page fetches anew to put into itself."""


async def test_every_page_answers_with_a_strict_policy_in_both_languages(tmp_path: Path) -> None:
    async with a_visitor(tmp_path) as visitor:
        for path in (
            "/mail",
            "/mail?by=mailbox",
            "/mail?letter=7",
            "/phones",
            "/phones/list",
            "/phones/talk",
            "/chat",
            "/behaviour",
        ):
            for language in ("en", "de"):
                answer = await visitor.get(path, Accept_Language=f"{language}-AT,en;q=0.5")
                assert answer.status == 200, path
                assert f'<html lang="{language}">' in answer.text or path in PIECES
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
                assert "frame-ancestors 'none'" in policy


async def test_what_is_not_there_is_said_in_a_page_to_people_and_barely_to_programs(tmp_path: Path) -> None:
    async with a_visitor(tmp_path) as visitor:
        for path in ("/nothing", "/mail/7/rendered", "/mail/7/parts/0", "/chat/files/1/none"):
            page = await visitor.get(path, Accept="text/html")
            assert (page.status, "<html" in page.text) == (404, True), path
        assert "<html" not in (await visitor.get("/control/mail/7", Accept="text/html")).text


@pytest.mark.parametrize(
    "path",
    [
        f"/mail?letter={10**30}",
        f"/mail?before={10**30}",
        "/mail?after=-1&letter=x",
        "/mail?by=mailbox&from=%ff",
        f"/mail/{10**30}/rendered",
        "/chat?person=abc&bot=zz",
        f"/chat?person={10**30}",
        "/control/mail?limit=abc",
        "/control/mail?before=x",
        "/control/mail?since=yesterday",
        "/control/mail?recipent=anna",
        f"/control/mail/{10**30}",
        f"/control/telegram/chats/{10**30}",
        f"/control/telegram/chats/{CLARA}?bot=abc",
    ],
)
async def test_no_address_is_too_odd_for_an_answer(tmp_path: Path, path: str) -> None:
    async with a_visitor(tmp_path) as visitor:
        assert (await visitor.get(path)).status in (200, 400, 404)


async def test_a_letter_is_shown_in_all_its_views(tmp_path: Path) -> None:
    async with a_visitor(tmp_path) as visitor:
        number = keep(visitor, letter("Grüße <b>", "<h1>Hello Köln</h1>"))
        for view, words in (
            ("rendered", "<iframe"),
            ("text", "plain words"),
            ("headers", "Café Sender"),
            ("envelope", "<v@sender.test>"),
            ("source", "MIME-Version: 1.0"),
        ):
            page = await visitor.get(f"/mail?letter={number}&view={view}")
            assert words in (page.text if view == "rendered" else unescape(page.text)), view
            assert "Grüße &lt;b&gt;" in page.text
        assert "<h1>Hello Köln</h1>" in (await visitor.get(f"/mail/{number}/rendered")).text


async def test_a_hostile_letter_stays_in_a_frame_without_scripts_and_without_our_origin(tmp_path: Path) -> None:
    async with a_visitor(tmp_path) as visitor:
        preconnect = '<li<link>nk rel="preconnect" href="http://evil.test"><LINK rel=dns-prefetch href=//evil.test>'
        message = letter(HOSTILE, f"<html><head>{preconnect}</head><body>{HOSTILE}</body></html>")
        message.add_attachment(HOSTILE, subtype="html", filename='x"><script>.html')
        message.add_attachment(b"<svg/>", maintype="image", subtype="svg+xml", filename="x.svg")
        number = keep(visitor, message, f"{HOSTILE}@example.test")
        page = await visitor.get(f"/mail?letter={number}")
        assert HOSTILE not in page.text
        assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
        frame = await visitor.get(f"/mail/{number}/rendered")
        policy = frame.headers["Content-Security-Policy"]
        assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';")
        assert "script-src" not in policy
        assert "frame-ancestors 'self'" in policy
        assert "<link" not in frame.text.lower()
        for part in (2, 3):
            found = await visitor.get(f"/mail/{number}/parts/{part}")
            assert found.headers["Content-Type"] == "application/octet-stream"
            assert found.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''x")
            assert found.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"no headers at all",
        b"Subject: latin \xfc\r\n\r\nGr\xfc\xdfe",
        b"Subject: =?utf-7?q?+2AA-?=\r\nContent-Type: text/html; charset=utf-7\r\n\r\n+2AA-",
        b"Content-Type: text/html; charset=undefined\r\n\r\n<![x[",
        b'Content-Type: text/html; charset="x\x00y"\r\n\r\nwords',
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nnever closed",
        b"Content-Type: application/x; name*=utf-7''%2B2AA-\r\nContent-Disposition: attachment\r\n\r\nwords",
    ],
)
async def test_a_letter_that_breaks_the_rules_is_listed_and_opened_all_the_same(tmp_path: Path, source: bytes) -> None:
    async with a_visitor(tmp_path) as visitor:
        number = keep(visitor, source, "odd@example.test")
        for path in (f"/mail?letter={number}", f"/mail/{number}/rendered", f"/mail/{number}/source", "/mail"):
            assert (await visitor.get(path)).status == 200, path
        assert (await visitor.get(f"/control/mail/{number}")).status == 200


async def test_a_group_is_seen_topic_by_topic_and_written_in(tmp_path: Path) -> None:
    async with a_visitor(tmp_path) as visitor:
        me = (await visitor.get(f"/bot{TOKEN}/getMe")).text
        form = {"bot": str(json.loads(me)["result"]["id"]), "person": "1000001"}
        made = await visitor.post("/chat/groups", form | {"title": "Desk <b>", "forum": "yes"})
        group = made.headers["Location"].split("?")[0]
        number = group.rsplit("/", 1)[1]
        told = await visitor.post(f"/bot{TOKEN}/createForumTopic", {"chat_id": number, "name": "Clara · <i>"})
        topic = json.loads(told.text)["result"]["message_thread_id"]
        button = '{"inline_keyboard": [[{"text": "Ask", "callback_data": "ask"}]]}'
        sending = {
            "chat_id": number,
            "message_thread_id": str(topic),
            "text": "I have a question",
            "reply_markup": button,
        }
        said = json.loads((await visitor.post(f"/bot{TOKEN}/sendMessage", sending)).text)["result"]
        general = (await visitor.get(group)).text
        assert ("Clara · &lt;i&gt;" in general, "I have a question" in general) == (True, False)
        await visitor.post(f"{group}/say", form | {"topic": str(topic), "text": "Here is the answer"})
        talk = (await visitor.get(f"{group}/talk?topic={topic}")).text
        assert "I have a question" in talk
        assert "Here is the answer" in talk
        pressed = {"topic": str(topic), "message": str(said["message_id"]), "data": "ask"}
        assert (await visitor.post(f"{group}/press", form | pressed)).status == 303
        assert (await visitor.post(f"{group}/press", form | pressed | {"data": "forged"})).status == 409
        await visitor.post(f"{group}/topic", form | {"topic": str(topic), "do": "close"})
        assert "This topic is closed" in (await visitor.get(f"{group}/talk?topic={topic}")).text
        updates = json.loads((await visitor.get(f"/bot{TOKEN}/getUpdates")).text)["result"]
        kinds = [next(name for name in one if name != "update_id") for one in updates]
        assert kinds == ["my_chat_member", "message", "callback_query", "message"]
        assert updates[1]["message"]["message_thread_id"] == topic


async def test_letters_are_found_by_any_recipient_and_paged_both_ways(tmp_path: Path) -> None:
    async with a_visitor(tmp_path) as visitor:
        keep(visitor, letter("to three"), "one@example.test", "two@example.test", "three@example.test")
        for number in range(120):
            keep(visitor, letter(f"number {number}"), f"p{number}@example.test")
        assert "to three" in (await visitor.get("/mail?words=THREE@example")).text
        assert "to three" in (await visitor.get("/mail?mailbox=two@example.test")).text
        first = (await visitor.get("/mail/list")).text
        assert ("number 119" in first, "number 69<" in first) == (True, False)
        assert 'href="/mail?before=72"' in first
        assert "number 69" in (await visitor.get("/mail/list?before=72")).text
        assert "number 119" in (await visitor.get("/mail/list?after=71")).text


async def test_the_picture_of_counts_adds_up(tmp_path: Path) -> None:
    async with a_visitor(tmp_path) as visitor:
        for number in range(30):
            keep(visitor, letter(f"number {number}"), f"p{number}@{'ab'[number % 2]}.test")
        visitor.sandbox.store.keep("", ("v@sender.test",), b"Subject: returned\r\n\r\n")
        figures = await visitor.sandbox.store.figures()
        assert (figures.letters, figures.mailboxes, figures.returned) == (30, 30, 1)
        assert sum(bar.letters for bar in figures.bars) == 30
        assert sum(bar.returned for bar in figures.bars) == 1
        assert figures.domains == [("a.test", 15), ("b.test", 15)]
        assert (await visitor.get("/mail")).text.count('<rect class="bar') >= 4
        assert (await visitor.post("/mail/clear")).status == 303
        assert (await visitor.sandbox.store.figures()).bars == []


async def test_forged_posts_of_other_origins_are_refused(tmp_path: Path) -> None:
    async with a_visitor(tmp_path) as visitor:
        keep(visitor, letter())
        for path in POSTS:
            for origin in ("http://evil.test", "null", "http://127.0.0.1:1", f"https://{visitor.sandbox.url[7:]}.evil"):
                assert (await visitor.post(path, Origin=origin)).status == 403, (path, origin)
        assert await visitor.sandbox.store.count_letters() == 1
        assert (await visitor.post("/mail/clear", Origin=visitor.sandbox.url)).status == 303
        assert await visitor.sandbox.store.count_letters() == 0


async def test_a_picture_in_a_letter_cannot_call_the_bot_api(tmp_path: Path) -> None:
    async with a_visitor(tmp_path) as visitor:
        for path in (f"/bot{TOKEN}/getMe", "/control/mail/summary", f"/file/bot{TOKEN}/x"):
            assert (await visitor.get(path, Sec_Fetch_Site="cross-site")).status == 403
        assert visitor.sandbox.telegram.world.bots() == []
        assert (await visitor.get("/chat", Sec_Fetch_Site="cross-site")).status == 200
        assert (await visitor.get(f"/bot{TOKEN}/getMe")).status == 200


async def test_a_name_that_was_bent_to_this_machine_is_refused(tmp_path: Path) -> None:
    async with a_visitor(tmp_path) as visitor:
        for host in ("evil.test", "evil.test:80", "127.0.0.1.evil.test", "localhost.evil.test"):
            for path in ("/mail", "/control/mail", f"/bot{TOKEN}/getMe", "/static/live.js", "/events"):
                assert (await visitor.get(path, Host=host)).status == 403, (host, path)
        for host in ("localhost", "sandbox.localhost:80", "[::1]:80"):
            assert (await visitor.get("/mail", Host=host)).status == 200, host


async def test_switches_strike_the_addresses_they_are_set_for_until_all_is_normal(tmp_path: Path) -> None:
    async with a_visitor(tmp_path) as visitor:
        form = {"refuse-on": "1", "refuse-reply": "full", "refuse-share": "100", "refuse-recipients": "*@full.test"}
        form |= {"blocked-on": "1", "blocked_share": "12,5", "calls-on": "1", "refuse_next": "3", "retry_after": "2"}
        assert (await visitor.post("/behaviour", form)).status == 303
        rule = visitor.sandbox.behaviour.rules[0]
        assert (rule.do, rule.share, rule.recipients, rule.words[:3]) == ("refuse", 1.0, "*@full.test", "552")
        limits = visitor.sandbox.telegram.limits
        assert (limits.blocked_share, limits.refuse_next, limits.retry_after) == (0.125, 3, 2)
        assert 'data-count="switches">3<' in (await visitor.get("/behaviour")).text
        assert (await visitor.post("/behaviour", {"delay-on": "1", "delay-seconds": "nan"})).status == 400
        assert (await visitor.post("/behaviour/reset")).status == 303
        assert visitor.sandbox.behaviour.rules == []
        assert limits.blocked_share == 0


async def test_what_a_bot_writes_is_shown_and_never_run(tmp_path: Path) -> None:
    async with a_visitor(tmp_path) as visitor:
        await visitor.get(f"/bot{TOKEN}/getMe")
        both = {"bot": "4200000001", "person": str(CLARA)}
        await visitor.post("/chat/say", both | {"text": "/start"})
        await visitor.get(
            f"/bot{TOKEN}/sendMessage?chat_id={CLARA}&text=%3Cscript%3E%20https://x.test/?a=1%26b%20/help"
            "&reply_markup=%7B%22keyboard%22:%5B%5B%7B%22text%22:%22Number%22,%22request_contact%22:true%7D%5D%5D%7D"
        )
        chat = (await visitor.get(f"/chat?person={CLARA}")).text
        assert "&lt;script&gt;" in chat
        assert '<a href="https://x.test/?a=1&amp;b" target="_blank"' in chat
        assert 'data-command="/help"' in chat
        await visitor.post("/chat/say", both | {"contact": "yes"})
        assert "+447700900001" in (await visitor.get(f"/chat?person={CLARA}")).text


async def test_a_link_with_a_code_is_written_for_the_person_but_not_sent(tmp_path: Path) -> None:
    async with a_visitor(tmp_path) as visitor:
        await visitor.get(f"/bot{TOKEN}/getMe")
        chat = await visitor.get(f"/chat?person={CLARA}&start=CODE-7")
        assert ">/start CODE-7</textarea>" in chat.text
        assert visitor.sandbox.telegram.world.messages(4200000001, CLARA) == []


async def test_a_letter_comes_through_the_mail_server_into_the_list(tmp_path: Path) -> None:
    async with a_visitor(tmp_path) as visitor:

        def send() -> None:
            with smtplib.SMTP("127.0.0.1", visitor.sandbox.smtp_port, timeout=20) as client:
                client.send_message(letter("Grüße aus Köln"), "v@sender.test", ["anna@example.test"])

        await asyncio.to_thread(send)
        listed = (await visitor.get("/mail")).text
        assert "Grüße aus Köln" in listed
        assert 'data-count="letters">1<' in listed


async def test_twilio_is_switched_on_the_page(tmp_path: Path) -> None:
    async with a_visitor(tmp_path) as visitor:
        held = visitor.sandbox.twilio.behaviour
        form = {
            "balance-on": "1",
            "phone_balance": "3,5",
            "phone_price": "0.05",
            "toofast-on": "1",
            "phone_refuse": "7",
        }
        assert (await visitor.post("/behaviour", form | {"silent-on": "1"})).status == 303
        assert (str(held.balance), str(held.price), held.refuse_next) == ("3.5", "0.05", 7)
        assert (held.silent, held.twice, held.fail_next) == (True, False, 0)
        page = (await visitor.get("/behaviour")).text
        assert 'name="phone_balance" type="number" min="0" max="1000000" step="any" value="3.5"' in page
        assert 'data-count="switches">2<' in page
        assert (await visitor.post("/behaviour", form | {"phone_balance": "inf"})).status == 400
        assert (await visitor.post("/behaviour", {"phone_price": "0.05"})).status == 303
        assert held.balance is None
        assert (await visitor.post("/behaviour/reset")).status == 303
        assert (str(held.balance), held.silent) == ("100", False)
