"""What is answered in front of the application is answered as the application would, however it is asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from core.database import Sessions
from core.database import async_engine as engine_of
from core.rules import tokens
from core.services.tracking import Recording
from core.tables.contents import Link
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from tests.integration.campaign_factory import make_campaign
from web import measures
from web.app import create_app
from web.doors import DOORS
from web.serving import AddressTakenError, serving

KEY = b"k" * 32
AGENT = b"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
HOST = b"Host: news.example\r\n"
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
OPEN = f"/o/{tokens.sign(KEY, tokens.OPEN, 1)}.png".encode()
CLICK = f"/c/{tokens.sign(KEY, tokens.CLICK, 1, '1')}/1".encode()
PERSONAL = f"/c/{tokens.sign(KEY, tokens.CLICK, 1, '2')}/2".encode()
LEAVE = f"/u/{tokens.sign(KEY, tokens.UNSUBSCRIBE, 1)}".encode()

Answer = tuple[int, dict[str, str], bytes]


def get(path: bytes, *more: bytes, method: bytes = b"GET", version: bytes = b"1.1") -> bytes:
    return method + b" " + path + b" HTTP/" + version + b"\r\n" + HOST + AGENT + b"".join(more) + b"\r\n"


ASKED = {
    "picture": get(OPEN),
    "link": get(CLICK),
    "link for one person": get(PERSONAL),
    "forged picture": get(b"/o/" + b"A" * 28 + b".png"),
    "forged link": get(b"/c/" + b"A" * 28 + b"/1"),
    "link with another's token": get(CLICK[:-1] + b"2"),
    "link that is none": get(CLICK + b"0"),
    "with a query": get(CLICK + b"?url=https://evil.example"),
    "percent-encoded": get(OPEN.replace(b"o", b"%6f", 1)),
    "with a slash more": get(b"/" + OPEN),
    "whole address": get(b"http://news.example" + OPEN),
    "head": get(OPEN, method=b"HEAD"),
    "head of a link": get(CLICK, method=b"HEAD"),
    "another method": get(OPEN, method=b"DELETE"),
    "no method": get(OPEN, method=b"G\xc3T"),
    "older": get(OPEN, version=b"1.0"),
    "older, kept": get(OPEN, b"Connection: keep-alive\r\n", version=b"1.0"),
    "newer": get(OPEN, version=b"2.0"),
    "last": get(CLICK, b"Connection: close\r\n"),
    "kept": get(CLICK, b"Connection: keep-alive\r\n"),
    "with a body": get(OPEN, b"Content-Length: 5\r\n") + b"hello",
    "in chunks": get(OPEN, b"Transfer-Encoding: chunked\r\n") + b"5\r\nhello\r\n0\r\n\r\n",
    "both": get(OPEN, b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + b"0\r\n\r\n",
    "for another protocol": get(OPEN, b"Connection: Upgrade\r\nUpgrade: h2c\r\n"),
    "fetched ahead": get(CLICK, b"Sec-Purpose: prefetch;prerender\r\n"),
    "bare line ends": get(OPEN).replace(b"\r\n", b"\n"),
    "folded": get(OPEN, b"X: a\r\n b\r\n"),
    "space before the colon": get(OPEN, b"X : a\r\n"),
    "zero byte": get(OPEN, b"X: a\x00b\r\n"),
    "no name": get(OPEN, b": a\r\n"),
    "strange letters": get(OPEN, b"X: \xfc\xff\r\n"),
    "long": get(OPEN, b"X: " + b"a" * 6000 + b"\r\n"),
    "too long": get(OPEN, b"X: " + b"a" * 10_000 + b"\r\n"),
    "many": get(OPEN, b"X: a\r\n" * 300),
    "two hosts": get(OPEN, b"host: other.example\r\n"),
    "two agents": get(OPEN, AGENT),
    "of a length": get(OPEN, b"Content-Length: 0\r\n"),
    "of a type": get(OPEN, b"Content-Type: text/plain\r\nContent-Type: text/html\r\n"),
    "no host": get(OPEN).replace(HOST, b""),
    "an empty line first": b"\r\n" + get(OPEN),
    "the page to leave": get(LEAVE),
    "nothing known": get(b"/"),
}


@pytest.fixture
def delivery(sessions: Sessions) -> int:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=1)
        made = session.scalars(select(Delivery)).one()
        made.state = "sent"
        assert campaign.content_id is not None
        urls = ("https://shop.example/spring?a=1&b=ü", "https://shop.example/?name={{ first_name }}")
        session.add_all([Link(content_id=campaign.content_id, position=n, url=url) for n, url in enumerate(urls)])
        return made.id


async def test_every_request_is_answered_as_the_application_answers_it(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    async with _front(async_engine, tmp_path / "a") as (_, port), _application(async_engine, tmp_path / "b") as plain:
        for what, words in ASKED.items():
            before = _events(sessions)
            ours = await _told(port, words)
            between = _events(sessions)
            theirs = await _told(plain, words)
            assert ours == theirs, (what, set(ours[1].items()) ^ set(theirs[1].items()))
            assert between - before == _events(sessions) - between, f"{what}: recorded as often"


async def test_pictures_and_links_do_not_reach_the_application_and_come_back_to_the_front_after_other_pages(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    async with _front(async_engine, tmp_path) as (_, port), _connected(port) as (reader, writer):
        before = measures.quick._value.get()
        for path, status in ((OPEN, 200), (LEAVE, 200), (CLICK, 302), (b"/x", 404), (OPEN, 200), (PERSONAL, 302)):
            writer.write(get(path))
            assert (await _answer(reader))[0] == status
        assert measures.quick._value.get() - before == 3
    assert _events(sessions) == 4


async def test_a_request_may_come_byte_by_byte_or_with_others(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    async with _front(async_engine, tmp_path) as (_, port):
        async with _connected(port) as (reader, writer):
            for byte in get(OPEN):
                writer.write(bytes([byte]))
                await asyncio.sleep(0)
            assert (await _answer(reader))[0] == 200
        async with _connected(port) as (reader, writer):
            writer.write(get(OPEN) + get(CLICK) + get(OPEN))
            assert [(await _answer(reader))[0] for _ in range(3)] == [200, 302, 200]
        async with _connected(port) as (reader, writer):
            for path in (OPEN, LEAVE, CLICK, OPEN):
                writer.write(get(path))
                await asyncio.sleep(0.002)
            assert [(await _answer(reader))[0] for _ in range(4)] == [200, 200, 302, 200], (
                "in the order of the requests"
            )
    assert _events(sessions) == 7


async def test_the_rest_of_a_request_is_never_taken_for_one_of_its_own(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    async with _front(async_engine, tmp_path) as (_, port):
        begun = b"GET / HTTP/1.1\r\nX: "
        posted = b"POST " + LEAVE + b" HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(get(OPEN))
        for first, status in ((begun, 404), (posted, 400)):
            async with _connected(port) as (reader, writer):
                writer.write(first)
                await asyncio.sleep(0.05)
                writer.write(get(OPEN))
                assert (await _answer(reader))[0] == status
    assert _events(sessions) == 0


async def test_who_does_not_read_is_not_read_from(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    """A reader that only asks is slowed down, and gets every answer once it reads."""
    async with _front(async_engine, tmp_path) as (_, port), _connected(port) as (reader, writer):
        for _ in range(400):
            writer.write(get(b"/o/" + b"A" * 28 + b".png"))
            await asyncio.sleep(0)
        assert {(await _answer(reader))[0] for _ in range(400)} == {200}


async def test_a_picture_is_shown_though_neither_database_nor_disk_takes_its_event(
    sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    async with _front(engine_of(NOWHERE), tmp_path) as (app, port), _connected(port) as (reader, writer):
        (tmp_path / "spool").rmdir()
        writer.write(get(OPEN))
        assert (await _answer(reader))[0] == 200
        assert app[DOORS].recorder.away


async def test_without_the_database_known_links_lead_on_and_are_recorded_once_it_is_back(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    async with _front(async_engine, tmp_path) as (app, port), _connected(port) as (reader, writer):
        recorder = app[DOORS].recorder
        there, recorder._recording = recorder._recording, Recording(engine_of(NOWHERE))
        for path, status in ((CLICK, 302), (OPEN, 200), (CLICK, 302)):
            writer.write(get(path))
            assert (await _answer(reader))[0] == status
        assert _events(sessions) == 0
        recorder._recording = there
        async with asyncio.timeout(10):
            while _events(sessions) < 3:
                await asyncio.sleep(0.05)
    assert _events(sessions) == 3


async def test_what_was_asked_before_the_end_is_answered_and_recorded(
    async_engine: AsyncEngine, sessions: Sessions, delivery: int, tmp_path: Path
) -> None:
    with sessions() as blocking:
        blocking.execute(text("LOCK TABLE events IN ACCESS EXCLUSIVE MODE"))
        async with asyncio.TaskGroup() as group:
            async with _front(async_engine, tmp_path) as (_, port):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                idle, idle_writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(get(OPEN))
                await asyncio.sleep(0.1)
                group.create_task(_released(blocking.rollback, 0.3))
            status, headers, _ = await _answer(reader)
            assert (status, headers["connection"]) == (200, "close")
            assert (await reader.read(), await idle.read()) == (b"", b"")
        for each in (writer, idle_writer):
            each.close()
    assert _events(sessions) == 1


async def test_a_port_that_is_taken_is_said(async_engine: AsyncEngine, sessions: Sessions, tmp_path: Path) -> None:
    async with _front(async_engine, tmp_path) as (_, port):
        app = create_app(async_engine, key=KEY, spool=tmp_path / "other")
        with pytest.raises(AddressTakenError):
            async with serving(app, "127.0.0.1", port):
                raise AssertionError("two on one port")


async def _released(release: object, seconds: float) -> None:
    await asyncio.sleep(seconds)
    assert callable(release)
    release()


@asynccontextmanager
async def _front(engine: AsyncEngine, path: Path) -> AsyncIterator[tuple[web.Application, int]]:
    app = create_app(engine, key=KEY, spool=path / "spool", clock=lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))
    if engine.url.port != 1:
        await app[DOORS].targets.learn()
    async with serving(app, "127.0.0.1", 0) as (_, port):
        yield app, port


@asynccontextmanager
async def _application(engine: AsyncEngine, path: Path) -> AsyncIterator[int]:
    runner = web.AppRunner(create_app(engine, key=KEY, spool=path / "spool"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(20):
        try:
            yield reader, writer
        finally:
            writer.close()


async def _told(port: int, words: bytes) -> Answer:
    async with _connected(port) as (reader, writer):
        writer.write(words)
        return await _answer(reader, head_only=words.startswith(b"HEAD"))


async def _answer(reader: asyncio.StreamReader, *, head_only: bool = False) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    headers.pop("date")
    body = b"" if head_only else await reader.readexactly(int(headers.get("content-length", 0)))
    return int(first.split()[1]), headers, body


def _events(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(EventRow)) or 0
