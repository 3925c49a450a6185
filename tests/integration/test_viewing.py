"""A letter in the browser: shown to its reader, run by nobody, counted as nothing, and gone with the person."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from core.database import Sessions
from core.rules import tokens
from core.services import erasure
from core.tables.campaigns import Campaign
from core.tables.contacts import Contact
from core.tables.contents import ContentRow
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from tests.integration.campaign_factory import make_campaign
from web.app import create_app

KEY = b"k" * 32
HTML = (
    "<html><body>Dear {{ first_name }}, {{ city }}<a href='{{ click_1 }}'>x</a><a href='{{ unsubscribe_url }}'>out</a>"
    "<a href='{{ view_url }}'>again</a><img src='{{ open_url }}'><script>alert(1)</script></body></html>"
)
Browser = TestClient[web.Request, web.Application]


@pytest.fixture
def delivery(sessions: Sessions) -> int:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=1)
        content = session.get_one(ContentRow, campaign.content_id)
        content.html, content.plain, content.subject = HTML, "Hi {{ first_name }}: https://shop.example", "For you"
        one = session.scalars(select(Delivery)).one()
        one.state = "sent"
        contact = session.get_one(Contact, one.contact_id)
        contact.first_name, contact.attributes, contact.language = "<b>Ada</b>", {"city": "Wien"}, "de"
        return one.id


@asynccontextmanager
async def public(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Browser]:
    app = create_app(engine, key=KEY, spool=tmp_path / "spool", public_url="https://mail.shop.example")
    async with TestClient(TestServer(app)) as client:
        yield client
    await engine.dispose()


def page_of(delivery: int, purpose: str = tokens.VIEW) -> str:
    return f"/v/{tokens.sign(KEY, purpose, delivery)}"


async def test_the_letter_is_shown_as_it_went_and_counts_as_nothing(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    async with public(async_engine, tmp_path) as browser:
        answer = await browser.get(page_of(delivery))
        shown = await answer.text()
    assert answer.status == 200
    assert "Dear &lt;b&gt;Ada&lt;/b&gt;, Wien" in shown
    assert f"https://mail.shop.example/c/{tokens.sign(KEY, tokens.CLICK, delivery, '1')}/1" in shown
    assert f"https://mail.shop.example{page_of(delivery)}" in shown
    assert "/o/" not in shown, "the picture that counts is not asked for"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups ")
    assert "script" not in policy
    assert "same-origin" not in policy
    assert "no-store" in answer.headers["Cache-Control"]
    with sessions() as session:
        assert session.scalars(select(EventRow)).all() == []


async def test_a_token_of_another_purpose_opens_nothing(
    async_engine: AsyncEngine, delivery: int, tmp_path: Path
) -> None:
    wrong = (page_of(delivery, tokens.UNSUBSCRIBE), page_of(delivery + 1), "/v/AAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    async with public(async_engine, tmp_path) as browser:
        for path in wrong:
            answer = await browser.get(path)
            assert answer.status == 404
            assert "Dear" not in await answer.text()
        view = tokens.sign(KEY, tokens.VIEW, delivery)
        assert (await browser.get(f"/u/{view}")).status == 404, "and this one no other"


async def test_a_letter_of_text_is_a_page_of_ours(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        session.scalars(select(ContentRow)).one().html = None
    async with public(async_engine, tmp_path) as browser:
        shown = await (await browser.get(page_of(delivery))).text()
    assert "<h1>For you</h1>" in shown
    assert 'Hi &lt;b&gt;Ada&lt;/b&gt;: <a href="https://shop.example"' in shown


async def test_of_an_erased_person_nothing_is_shown(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        contact_id = session.scalars(select(Contact.id)).one()
        erasure.erase(session, contact_id, confirmed=True, by="test")
    async with public(async_engine, tmp_path) as browser:
        answer = await browser.get(page_of(delivery))
        assert answer.status == 410
        assert "can no longer be shown" in await answer.text()


async def test_a_value_that_has_gone_since_leads_to_a_friendly_page(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        session.scalars(select(Contact)).one().attributes = {}
        assert session.scalars(select(Campaign)).one().content_id
    async with public(async_engine, tmp_path) as browser:
        assert (await browser.get(page_of(delivery))).status == 410
