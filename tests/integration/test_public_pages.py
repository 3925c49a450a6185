"""Public pages: what a letter's picture, links and unsubscribe address do, with the database there and away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from core.database import Sessions, async_engine
from core.rules import tokens
from core.services import rejudging, settings
from core.services.tracking import Recording
from core.tables.consent import Consent
from core.tables.contacts import Contact
from core.tables.contents import Link
from core.tables.deliveries import Delivery
from core.tables.events import Engagement, EventRow
from core.tables.suppression import Suppression
from tests.integration.campaign_factory import make_campaign
from web.app import create_app
from web.doors import DOORS
from web.spool import Spool
from web.targets import compiled, leads_to_a_page

Client = TestClient[web.Request, web.Application]
KEY = b"k" * 32
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def delivery(sessions: Sessions) -> int:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=1)
        made = session.scalars(select(Delivery)).one()
        made.state = "sent"
        assert campaign.content_id is not None
        session.add_all(
            [
                Link(content_id=campaign.content_id, position=0, url="https://shop.example/spring?a=1&b=ü"),
                Link(
                    content_id=campaign.content_id, position=1, url="https://shop.example/?city={{ city }}&n={{ no }}"
                ),
                Link(content_id=campaign.content_id, position=2, url="javascript:alert(1)"),
            ]
        )
        contact = session.get_one(Contact, made.contact_id)
        contact.attributes = {"city": "Bad Ems&x=/../"}
        contact.language = "de-AT"
        return made.id


async def test_the_picture_records_an_open_and_is_never_kept(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    async with _browser(async_engine, tmp_path) as browser:
        answer = await browser.get(f"/o/{tokens.sign(KEY, tokens.OPEN, delivery)}.png", headers=BROWSER)
        assert (answer.status, answer.content_type) == (200, "image/png")
        assert (await answer.read()).startswith(b"\x89PNG")
        assert "no-store" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers
        assert _engagement(sessions, delivery) == (1, 0)
        forged = await browser.get("/o/AAAAAAAAAAAAAAAAAAAAAAAAAAAA.png")
        assert forged.status == 200
    with sessions() as session:
        (event,) = session.scalars(select(EventRow))
        assert (event.kind, event.actor) == ("opened", "person")


async def test_who_fetches_without_reading_is_a_machine_and_counts_for_nobody(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    async with _browser(async_engine, tmp_path) as browser:
        answer = await browser.head(_click(delivery, 1), headers=BROWSER, allow_redirects=False)
        assert answer.status == 302
        ahead = {**BROWSER, "Sec-Purpose": "prefetch;prerender"}
        assert (await browser.get(_click(delivery, 1), headers=ahead, allow_redirects=False)).status == 302
    assert rejudging.rejudge(sessions) == 0
    with sessions() as session:
        told = select(EventRow.actor, EventRow.actor_rule).order_by(EventRow.id)
        assert session.execute(told).all() == [("machine", "head/1"), ("machine", "ahead/1")]
    assert _engagement(sessions, delivery) == (0, 0)


async def test_a_link_leads_where_the_database_says_and_nowhere_else(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    async with _browser(async_engine, tmp_path) as browser:
        answer = await browser.get(_click(delivery, 1) + "?url=https://evil.example", allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (302, "https://shop.example/spring?a=1&b=%C3%BC")
        answer = await browser.get(_click(delivery, 2), allow_redirects=False)
        assert answer.headers["Location"] == "https://shop.example/?city=Bad%20Ems%26x%3D%2F..%2F&n="
        token = tokens.sign(KEY, tokens.CLICK, delivery, "1")
        for path in (f"/c/{token}/2", f"/c/{token[:-1]}A/1", _click(delivery, 3), _click(delivery, 99), "/c/x/1"):
            refused = await browser.get(path, allow_redirects=False)
            assert refused.status == 404, path
            assert "Location" not in refused.headers
    assert _engagement(sessions, delivery) == (0, 2)


async def test_looking_at_the_unsubscribe_page_changes_nothing(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    async with _browser(async_engine, tmp_path) as browser:
        answer = await browser.get(_leave(delivery))
        page = await answer.text()
        assert answer.status == 200
        assert '<html lang="de">' in page
        assert "Shop" in page
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers
        assert (await browser.head(_leave(delivery))).status == 200
    assert _lists(sessions) == []


async def test_one_click_unsubscribes_without_cookie_login_or_redirect(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    async with _browser(async_engine, tmp_path) as browser:
        for _ in range(2):
            answer = await browser.post(_leave(delivery), data={"List-Unsubscribe": "One-Click"}, allow_redirects=False)
            assert answer.status == 200
            assert "Set-Cookie" not in answer.headers
    assert _lists(sessions) == ["unsubscribed"]
    with sessions() as session:
        assert session.scalars(select(Consent.given)).first() is False


async def test_one_click_as_multipart_works_too(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    async with _browser(async_engine, tmp_path) as browser:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        assert (await browser.post(_leave(delivery), data=body, headers=headers)).status == 200
    assert _lists(sessions) == ["unsubscribed"]


async def test_an_unsubscription_may_be_taken_back_and_a_complaint_may_not(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        contact_id = session.scalars(select(Delivery.contact_id)).one()
        session.add(
            Consent(
                contact_id=contact_id,
                channel="email",
                purpose="marketing",
                given=True,
                way="link",
                at=datetime.now(UTC),
            )
        )
    async with _browser(async_engine, tmp_path) as browser:
        await browser.post(_leave(delivery), data={"action": "unsubscribe"})
        assert _lists(sessions) == ["unsubscribed"]
        assert 'value="undo"' in await (await browser.get(_leave(delivery))).text()
        await browser.post(_leave(delivery), data={"action": "undo"})
        assert _lists(sessions) == []
        with sessions() as session:
            assert session.scalars(select(Consent.given).order_by(Consent.id)).all() == [True, False, True]
        await browser.post(_leave(delivery), data={"action": "spam"})
        late = await browser.post(_leave(delivery), data={"action": "undo"})
        assert "still subscribed" not in await late.text(), "a complaint holds for ever"
        assert set(_lists(sessions)) == {"complaints"}
        assert 'value="undo"' not in await (await browser.get(_leave(delivery))).text()


async def test_a_post_that_asks_for_nothing_does_nothing(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    async with _browser(async_engine, tmp_path) as browser:
        assert (await browser.post(_leave(delivery))).status == 400
        assert (await browser.post(_leave(delivery), data=b"x" * 40_000)).status in (400, 413)
        assert (
            await browser.post(f"/u/{tokens.sign(KEY, tokens.OPEN, delivery)}", data={"action": "spam"})
        ).status == 404
        assert (await browser.post(_leave(delivery + 1000), data={"action": "spam"})).status == 404
    assert _lists(sessions) == []


async def test_after_a_withdrawal_links_still_lead_on_and_record_nothing(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    async with _browser(async_engine, tmp_path) as browser:
        await browser.post(_leave(delivery), data={"action": "unsubscribe"})
        answer = await browser.get(_click(delivery, 1), headers=BROWSER, allow_redirects=False)
        assert answer.status == 302
    assert _engagement(sessions, delivery) == (0, 0)


async def test_a_letters_link_into_the_chat_leads_to_the_bot_once_there_is_one(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    link = f"/t/{tokens.sign(KEY, tokens.JOIN, delivery)}"
    async with _browser(async_engine, tmp_path) as browser:
        assert (await browser.get(link, allow_redirects=False)).status == 404
        with sessions.begin() as session:
            settings.name_bot(session, "shop_bot")
        answer = await browser.get(link, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (302, f"https://t.me/shop_bot?start=l_{link[3:]}")
        assert (await browser.get(link[:-1] + "*", allow_redirects=False)).status == 404


async def test_while_the_database_is_away_nothing_is_lost(
    sessions: Sessions, delivery: int, tmp_path: Path, database_url: str
) -> None:
    engine = async_engine(database_url)
    async with _browser(engine, tmp_path) as browser:
        await browser.get(_click(delivery, 1), headers=BROWSER, allow_redirects=False)
        assert browser.app is not None
        recorder = browser.app[DOORS].recorder
        real, recorder._recording = recorder._recording, Recording(async_engine(NOWHERE))
        answer = await browser.get(_click(delivery, 1), headers=BROWSER, allow_redirects=False)
        assert answer.status == 302
        assert (await browser.get(f"/o/{tokens.sign(KEY, tokens.OPEN, delivery)}.png", headers=BROWSER)).status == 200
        assert (await browser.post(_leave(delivery), data={"List-Unsubscribe": "One-Click"})).status == 200
        assert _engagement(sessions, delivery) == (0, 1)
        recorder._recording = real
        async with asyncio.timeout(10):
            while not _lists(sessions):
                await asyncio.sleep(0.05)
    assert _engagement(sessions, delivery) == (1, 2)
    assert list((tmp_path / "spool").glob("*.jsonl")) == []


async def test_links_that_nobody_has_followed_yet_lead_on_without_the_database(
    sessions: Sessions, delivery: int, tmp_path: Path, database_url: str
) -> None:
    engine = async_engine(database_url)
    async with _browser(engine, tmp_path) as browser:
        assert browser.app is not None
        doors = browser.app[DOORS]
        await doors.targets.learn()
        real = doors.recorder._recording
        doors.targets._engine = async_engine(NOWHERE)
        doors.recorder._recording = Recording(doors.targets._engine)
        known = await browser.get(_click(delivery, 1), headers=BROWSER, allow_redirects=False)
        personal = await browser.get(_click(delivery, 2), headers=BROWSER, allow_redirects=False)
        unknown = await browser.get(_click(delivery, 9), headers=BROWSER, allow_redirects=False)
        assert (known.status, known.headers["Location"]) == (302, "https://shop.example/spring?a=1&b=%C3%BC")
        assert (personal.status, personal.headers["Location"]) == (302, "https://shop.example/?city=&n=")
        assert unknown.status == 503
        doors.targets._engine, doors.recorder._recording = engine, real
        async with asyncio.timeout(10):
            while _engagement(sessions, delivery) != (0, 2):
                await asyncio.sleep(0.05)


async def test_what_a_dead_process_left_in_the_spool_is_recorded_once(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    line = (
        f'{{"kind": "opened", "provider": "web", "key": "k1", "at": "{datetime.now(UTC).isoformat()}", '
        f'"delivery_id": {delivery}, "link_id": null, "details": {{}}}}\n'
    )
    directory = tmp_path / "spool"
    directory.mkdir()
    (directory / "1.jsonl").write_text(line + line[:40])
    (directory / "2.3.taken").write_text(line + line.replace(f": {delivery},", ": 987654,").replace("k1", "k2"))
    async with _browser(async_engine, tmp_path):
        async with asyncio.timeout(10):
            while list(directory.iterdir()):
                await asyncio.sleep(0.05)
    assert _engagement(sessions, delivery) == (1, 0)
    assert not Spool(directory).filled


async def test_health_says_where_events_go(async_engine: AsyncEngine, tmp_path: Path) -> None:
    async with _browser(async_engine, tmp_path) as browser:
        assert await (await browser.get("/health")).json() == {"status": "ok", "database": True}
        lost = await browser.get("/nowhere", headers={"Accept-Language": "de-DE,en;q=0.5"})
        assert lost.status == 404
        assert '<html lang="de">' in await lost.text()


def test_values_never_leave_their_place_in_a_target() -> None:
    target = compiled("https://x.org/{{ a }}?q={{ b|fallback('z&') }}{% if vip %}&v={{ vip }}{% endif %}&{{ gone }}")
    assert target.render({"a": "../@evil", "vip": "y#"}) == "https://x.org/..%2F%40evil?q=z%26&v=y%23&"
    assert target.render({"a": "ü", "b": "1&c=2"}) == "https://x.org/%C3%BC?q=1%26c%3D2&"
    assert leads_to_a_page("https://x.org/a")
    assert not any(
        map(leads_to_a_page, ("//x.org", "data:text/html,x", "https://x.org/\r\nSet-Cookie: a", "https:", "https://["))
    )


@asynccontextmanager
async def _browser(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Client]:
    app = create_app(engine, key=KEY, spool=tmp_path / "spool")
    async with TestClient(TestServer(app)) as client:
        yield client
    await engine.dispose()


def _click(delivery_id: int, link_id: int) -> str:
    return f"/c/{tokens.sign(KEY, tokens.CLICK, delivery_id, str(link_id))}/{link_id}"


def _leave(delivery_id: int) -> str:
    return f"/u/{tokens.sign(KEY, tokens.UNSUBSCRIBE, delivery_id)}"


def _engagement(sessions: Sessions, delivery_id: int) -> tuple[int, int]:
    with sessions() as session:
        found = session.get(Engagement, delivery_id)
        return (found.reads, found.clicks) if found else (0, 0)


def _lists(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(Suppression.list).where(Suppression.released_at.is_(None))))
