"""The sandbox's readers: what they say they did is what the public pages saw."""

import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from sandbox.app import Sandbox, running

PIXEL = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01"
HTML = (
    '<a href="{at}/c/{n}.1">one</a> <a href="{at}/c/{n}.2">two</a> <a href="{at}/c/{n}.3">three</a>'
    ' <a href="{at}/u/{n}">leave</a> <a href="https://elsewhere.test/">far</a>'
    ' <img src="{at}/o/{n}.gif"> <img src="https://elsewhere.test/x.png">'
)


@dataclass
class PublicPages:
    """Stands in for the product's: counts who asked for what."""

    url: str
    opened: Counter[str] = field(default_factory=Counter)
    clicked: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    visited: int = 0


@asynccontextmanager
async def public_pages() -> AsyncIterator[PublicPages]:
    sock = socket.create_server(("127.0.0.1", 0))
    pages = PublicPages(f"http://127.0.0.1:{sock.getsockname()[1]}")

    async def opened(request: web.Request) -> web.Response:
        pages.opened[request.match_info["n"]] += 1
        return web.Response(body=PIXEL, content_type="image/gif")

    async def clicked(request: web.Request) -> web.Response:
        pages.clicked[request.match_info["n"]] += 1
        raise web.HTTPFound(f"{pages.url}/u/visited")

    async def left(request: web.Request) -> web.Response:
        if request.method == "GET":
            pages.visited += 1
        else:
            assert await request.text() == "List-Unsubscribe=One-Click"
            pages.left[request.match_info["n"]] += 1
        return web.Response()

    application = web.Application()
    application.add_routes([web.get("/o/{n}.gif", opened), web.get("/c/{n}.{link}", clicked)])
    application.add_routes([web.route("*", "/u/{n}", left)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.SockSite(runner, sock).start()
    yield pages
    await runner.cleanup()


def keep(sandbox: Sandbox, pages: PublicPages, number: int) -> None:
    sandbox.store.keep("v@sender.test", (f"p{number}@example.test",), letter(pages.url, number))


def letter(at: str, number: int) -> bytes:
    head = (
        f"Message-ID: <{number}@campaign.test>\r\nList-Unsubscribe: <{at}/u/{number}>, <mailto:u@sender.test>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    )
    return (head + HTML.format(at=at, n=number)).encode()


async def read(sandbox: Sandbox, **given: Any) -> Any:
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{sandbox.url}/control/readers", json=given) as answer,
    ):
        return await answer.json()


async def test_what_readers_did_is_what_the_public_pages_saw(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, public_pages() as pages:
        for number in range(400):
            keep(sandbox, pages, number)
        done = await read(sandbox, open=0.5, click=0.2, unsubscribe=0.1)
        assert done == {
            "letters": 400,
            "opened": len(pages.opened),
            "opens": pages.opened.total(),
            "clicks": pages.clicked.total(),
            "clickers": len(pages.clicked),
            "unsubscribed": len(pages.left),
            "failed": 0,
        }
        assert 170 <= done["opened"] <= 230
        assert 55 <= done["clickers"] <= 105
        assert done["clickers"] < done["clicks"] <= 2 * done["clickers"]
        assert set(pages.clicked) <= set(pages.opened)
        assert 20 <= done["unsubscribed"] <= 60
        assert pages.visited == 0


async def test_the_same_seed_strikes_the_same_readers(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, public_pages() as pages:
        for number in range(100):
            keep(sandbox, pages, number)
        seen = []
        for seed in (1, 1, 2):
            await read(sandbox, open=0.5, seed=seed)
            seen.append(set(pages.opened))
            pages.opened.clear()
        assert seen[0] == seen[1] != seen[2]


async def test_a_letter_that_came_twice_has_one_reader(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, public_pages() as pages:
        for number in (1, 1, 2):
            keep(sandbox, pages, number)
        done = await read(sandbox, open=1, unsubscribe=1)
        assert (done["letters"], done["opened"], done["opens"], done["unsubscribed"]) == (3, 2, 3, 2)


async def test_only_the_letters_that_are_asked_for_are_read(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox, public_pages() as pages:
        for number in range(20):
            keep(sandbox, pages, number)
        done = await read(sandbox, open=1, recipient="p1*@example.test")
        assert (done["letters"], set(pages.opened)) == (11, {"1", *map(str, range(10, 20))})


async def test_pages_that_do_not_answer_are_counted_as_failed(tmp_path: Path) -> None:
    async with running(tmp_path) as sandbox:
        async with public_pages() as pages:
            keep(sandbox, pages, 1)
        done = await read(sandbox, open=1)
        assert (done["letters"], done["opened"], done["failed"]) == (1, 0, 1)
