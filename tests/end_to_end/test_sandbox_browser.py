"""The sandbox's page in a real browser: letters arrive and do nothing hostile, a bot is talked to, switches strike."""

import asyncio
import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from playwright.sync_api import Page, expect, sync_playwright

from sandbox.app import Sandbox
from tests.integration.sandbox_factory import sandbox_in_thread

pytestmark = pytest.mark.browser
CHROMIUM = Path("/usr/bin/chromium")
TOKEN = "4200000001:SANDBOX-token-for-the-tests-only-00"
HOSTILE = """<html><head><base href="{spy}/"><meta http-equiv="refresh" content="0;url={spy}/refresh">
<link rel="preconnect" href="{spy}"><link rel="stylesheet" href="{spy}/style"><style>@import url({spy}/import);</style>
</head><body onload="fetch('{spy}/onload')"><p id="words">Hello <b>Anna</b></p><img src="{spy}/pixel.png">
<script>parent.document.title = "owned"; top.hacked = 1; fetch("{spy}/script")</script>
<img src="data:," onerror="fetch('{spy}/onerror')"><iframe src="{spy}/frame"></iframe>
<object data="{spy}/object"></object><video src="{spy}/video" autoplay></video>
<form action="/mail/clear" method="post"><button id="clear">Win</button></form>
<a id="top" href="{spy}/top" target="_top">Click</a></body></html>"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox_in_thread(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def page(sandbox: Sandbox) -> Iterator[Page]:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium here: on Debian, `apt-get install chromium` brings it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_page(base_url=sandbox.url, locale="en-GB")
        page.set_default_timeout(10_000)
        yield page
        browser.close()


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(message: object) -> None:
        heard.append(str(message))

    page.on("pageerror", hear)
    yield heard
    page.remove_listener("pageerror", hear)
    assert heard == []


def send(sandbox: Sandbox, subject: str, html: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "News <news@sender.test>", "anna@example.test", subject
    message.set_content("plain words")
    message.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=20) as client:
        client.send_message(message, "v@sender.test", ["anna@example.test"])


@contextmanager
def a_spy() -> Iterator[tuple[str, list[str]]]:
    """A web server on this machine that notes what it is asked for."""
    asked: list[str] = []

    class Spy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Spy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def a_bot(sandbox: Sandbox) -> Iterator[None]:
    """Answers /start with a button, and edits its message when that is pressed."""
    loop, stop, dispatcher = asyncio.new_event_loop(), asyncio.Event(), Dispatcher()
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(sandbox.url)))
    launch = InlineKeyboardButton(text="Launch", callback_data="launch")

    @dispatcher.message(CommandStart())
    async def welcome(message: Message) -> None:
        keyboard = InlineKeyboardMarkup(inline_keyboard=[[launch]])
        await message.answer("<b>Welcome</b>, autumn is ready", parse_mode="HTML", reply_markup=keyboard)

    @dispatcher.callback_query()
    async def pressed(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        await query.message.edit_text("Sending: 40 of 40")
        await query.answer("Launched")

    async def live() -> None:
        polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
        await stop.wait()
        await dispatcher.stop_polling()
        await polling

    thread = threading.Thread(target=loop.run_until_complete, args=(live(),))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def test_a_letter_arrives_while_the_page_is_open_and_is_read(
    sandbox: Sandbox, page: Page, complaints: list[str]
) -> None:
    page.goto("/mail")
    page.wait_for_selector("h2:has-text('No mail yet')")
    send(sandbox, "Autumn", "<p id='words'>Grüße</p>")
    page.click("#list .row:has-text('Autumn')")
    page.frame_locator("iframe.sheet").locator("#words:has-text('Grüße')").wait_for()
    send(sandbox, "Winter", "<p>later</p>")
    page.wait_for_selector("#list li.arrived:has-text('Winter')")
    expect(page.locator("[data-count=letters]")).to_have_text("2")
    page.click("text=Envelope")
    page.wait_for_selector("td:has-text('<v@sender.test>')")
    page.goto("/mail")
    page.click("text=Delete all letters")
    page.click("#question [value=yes]")
    page.wait_for_selector("h2:has-text('No mail yet')")


def test_a_hostile_letter_shows_its_pictures_and_does_nothing_else(
    sandbox: Sandbox, page: Page, complaints: list[str]
) -> None:
    with a_spy() as (spy, asked):
        send(sandbox, "Hostile", HOSTILE.format(spy=spy))
        page.goto("/mail")
        page.click("#list .row:has-text('Hostile')")
        frame = page.frame_locator("iframe.sheet")
        frame.locator("#words:has-text('Hello Anna')").wait_for()
        frame.locator("#clear").click()
        frame.locator("#top").click()
        page.wait_for_timeout(700)
        assert asked == ["/pixel.png"]
        assert page.title() == "Hostile · Sandbox"
        assert page.evaluate("window.hacked") is None
        assert page.url.startswith(sandbox.url)
    page.reload()
    page.wait_for_selector("#list .row:has-text('Hostile')")


def test_a_bot_is_talked_to_and_its_message_changes_in_place(
    sandbox: Sandbox, page: Page, complaints: list[str]
) -> None:
    page.goto("/chat")
    with a_bot(sandbox):
        page.goto("/chat?person=1000001&start=CODE-7")
        expect(page.locator("textarea")).to_have_value("/start CODE-7")
        page.press("textarea", "Enter")
        page.wait_for_selector(".theirs >> text=Welcome, autumn is ready")
        page.click("text=Launch")
        page.wait_for_selector(".theirs.changed >> text=Sending: 40 of 40")
        page.wait_for_selector("#notes >> text=Launched")
        assert page.locator(".keys").count() == 0
        page.wait_for_selector("#people .subject:has-text('Sending: 40 of 40')")
        page.click("button:has-text('Block')")
        page.wait_for_selector("text=Olivia has blocked this bot")
        page.click("button:has-text('Unblock')")
        page.wait_for_selector(".composer")


def test_switches_are_put_in_force_and_taken_back(sandbox: Sandbox, page: Page, complaints: list[str]) -> None:
    page.goto("/behaviour")
    page.click("text=Refuse for good")
    page.fill("[name=refuse-share]", "100")
    page.fill("[name=refuse-recipients]", "*@example.test")
    page.click("text=Put in force")
    page.wait_for_selector("text=In force")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(sandbox, "Refused", "<p>no</p>")
    page.reload()
    page.wait_for_selector("text=It struck 1 time.")
    page.click("text=Back to normal")
    page.wait_for_selector("text=Put in force")
    send(sandbox, "Taken", "<p>yes</p>")


def test_no_page_is_wider_than_a_phone(page: Page, complaints: list[str]) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/mail", "/mail?figures", "/mail?letter=1", "/phones", "/chat", "/behaviour", "/nothing"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    page.set_viewport_size({"width": 1280, "height": 800})
