"""Reports by webhook: forged ones change nothing, true ones are safe before they are answered."""

import hmac
import io
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.database import Sessions, async_engine
from core.errors import Forged, Invalid
from core.messages import Event
from core.ports import HookRequest
from core.services.tracking import Recording
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.vocabulary import BounceClass, DeliveryState, EventKind
from tests.integration.campaign_factory import NOON, make_campaign
from web.app import create_app
from web.doors import DOORS
from web.hooks import LARGEST_REPORT
from web.spool import Spool

Client = TestClient[web.Request, web.Application]
SECRET = b"s" * 32
PUBLIC = "https://mail.shop.example"


class SignedPosts:
    """A provider that signs address and body, and reports bounces by the delivery's number."""

    def verify(self, request: HookRequest) -> None:
        if not hmac.compare_digest(_signature(request.url, request.body), request.headers.get("x-signature", "")):
            raise Forged("hook.forged", provider="post", why="signature")

    def parse(self, request: HookRequest) -> list[Event]:
        try:
            return [_bounce(key, number, request.at) for key, number in json.loads(request.body).items()]
        except ValueError:
            raise Invalid("hook.unreadable", provider="post") from None


@pytest.fixture
def deliveries(sessions: Sessions) -> list[int]:
    with sessions.begin() as session:
        make_campaign(session, recipients=3)
        session.execute(update(Delivery).values(state=DeliveryState.SENT, settled_at=NOON))
        return list(session.scalars(select(Delivery.id).order_by(Delivery.id)))


async def test_a_signed_report_is_recorded_once_however_often_it_comes(
    async_engine: AsyncEngine, sessions: Sessions, deliveries: list[int], tmp_path: Path
) -> None:
    body = json.dumps({"a": deliveries[0], "b": deliveries[1], "c": 987654}).encode()
    async with _pages(async_engine, tmp_path) as provider:
        for _ in range(2):
            assert await _status(_reported(provider, body)) == 200
    assert _states(sessions) == ["failed", "failed", "sent"]
    with sessions() as session:
        bounces = session.scalars(select(EventRow.bounce)).all()
    assert bounces == ["mailbox", "mailbox"]


async def test_a_forged_report_changes_nothing_and_is_kept_nowhere(
    async_engine: AsyncEngine, sessions: Sessions, deliveries: list[int], tmp_path: Path
) -> None:
    body = json.dumps({"a": deliveries[0]}).encode()
    async with _pages(async_engine, tmp_path) as provider:
        assert await _status(provider.post("/hooks/post", data=body)) == 403
        elsewhere = {"X-Signature": _signature("https://other.example/hooks/post", body)}
        assert await _status(provider.post("/hooks/post", data=body, headers=elsewhere)) == 403
        assert await _status(_reported(provider, body, path="/hooks/nobody")) == 404
        assert await _status(provider.get("/hooks/post")) == 405
    assert _states(sessions) == ["sent"] * 3
    with sessions() as session:
        assert session.scalars(select(EventRow)).all() == []


async def test_what_cannot_be_read_and_what_is_too_large_is_refused(async_engine: AsyncEngine, tmp_path: Path) -> None:
    async with _pages(async_engine, tmp_path) as provider:
        assert await _status(_reported(provider, b"{")) == 400
        assert await _status(_reported(provider, b" " * (LARGEST_REPORT + 1))) == 413


async def test_a_report_is_kept_on_disk_while_the_database_is_away(
    sessions: Sessions, deliveries: list[int], tmp_path: Path, database_url: str
) -> None:
    engine = async_engine(database_url)
    async with _pages(engine, tmp_path) as provider:
        assert provider.app is not None
        provider.app[DOORS].recorder._recording = Recording(async_engine("postgresql://nobody@127.0.0.1:1/nothing"))
        assert await _status(_reported(provider, json.dumps({"a": deliveries[0]}).encode())) == 200
        assert _states(sessions) == ["sent"] * 3
    spool = Spool(tmp_path / "spool")
    spool.adopt()
    ((_, groups),) = spool.taken()
    ((kept,),) = groups.values()
    assert (kept.key, kept.delivery_id, kept.bounce) == ("a", deliveries[0], BounceClass.MAILBOX)
    assert (kept.channel, kept.address) == ("email", "p@shop.example")


@asynccontextmanager
async def _pages(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Client]:
    hooks = {"post": SignedPosts()}
    app = create_app(engine, key=b"k" * 32, spool=tmp_path / "spool", public_url=PUBLIC, hooks=hooks)
    async with TestClient(TestServer(app)) as client:
        yield client
    await engine.dispose()


def _reported(provider: Client, body: bytes, *, path: str = "/hooks/post?x=1") -> Awaitable[object]:
    return provider.post(path, data=io.BytesIO(body), headers={"X-Signature": _signature(PUBLIC + path, body)})


async def _status(answer: Awaitable[object]) -> int:
    return int((await answer).status)  # type: ignore[attr-defined]  # aiohttp's context manager is not exported


def _signature(url: str, body: bytes) -> str:
    return hmac.digest(SECRET, url.encode() + body, "sha256").hex()


def _bounce(key: str, number: int, at: datetime) -> Event:
    return Event(EventKind.BOUNCED, "post", key, at, number, "email", "p@shop.example", bounce=BounceClass.MAILBOX)


def _states(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(Delivery.state).order_by(Delivery.id)))
