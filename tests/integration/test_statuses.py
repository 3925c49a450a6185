"""What became of messages is fetched where Twilio cannot report it."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import Engine

import config
from core.database import Sessions
from core.vocabulary import EventKind
from sandbox.app import running
from tests.integration.email_factory import send
from tests.integration.sandbox_factory import sandbox_in_thread
from tests.integration.test_balance import KEYS, draft, launch
from tests.integration.test_balance import _ledger as ledger
from tests.integration.test_balance import _prepare as prepare
from tests.integration.test_twilio import text_to
from tests.integration.twilio_factory import number_of, twilio_provider
from workers import statuses
from workers.drains import drain_channel
from workers.installation import Installation

pytestmark = pytest.mark.usefixtures("awake")


async def test_statuses_are_read_page_by_page_and_only_of_those_that_are_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.twilio.client.PAGE", "?PageSize=2")
    async with running(tmp_path) as sandbox:
        provider = twilio_provider(sandbox)
        assert provider.must_fetch
        assert not twilio_provider(sandbox, public="https://s.example").must_fetch
        numbers = [number_of(1), "+491511230006", number_of(3), number_of(4), number_of(5)]
        outcomes, _ = await send(provider, [text_to(at, to) for at, to in enumerate(numbers, 1)])
        waiting = {outcomes[at].said: (at, 1) for at in (1, 2, 4)}
        while any(one.status not in ("delivered", "undelivered") for one in sandbox.twilio.page()):
            await asyncio.sleep(0.02)
        found = [
            event async for told in provider.fetch(waiting, datetime.now(UTC) - timedelta(days=1)) for event in told
        ]
        assert {(one.delivery_id, one.kind, one.details.get("reason")) for one in found} == {
            (1, EventKind.DELIVERED, None),
            (2, EventKind.BOUNCED, "not_a_mobile"),
            (4, EventKind.DELIVERED, None),
        }


def test_an_account_without_a_public_address_learns_all_the_same_what_arrived(
    sessions: Sessions, engine: Engine, settings: config.Settings, tmp_path: Path
) -> None:
    with sandbox_in_thread(tmp_path) as sandbox:
        requests.post(f"{sandbox.url}/control/twilio", json={"silent": True}, timeout=10)
        here = replace(
            settings,
            sandbox_port=sandbox.http_port,
            sms_per_second=1000.0,
            twilio_sid=f"AC{'5' * 32}",
            twilio_token="secret",
            twilio_api=sandbox.url,
        )
        installation = Installation(here, KEYS, engine, sessions, here.database_url or "", here.redis_url or "")
        campaign_id = draft(sessions, 5)
        launch(sessions, campaign_id, part=True)
        prepare(sessions, campaign_id)
        drain_channel(installation, "sms", seconds=20)
        assert ledger(sessions) == {"sent": 5}
        end = time.monotonic() + 30
        while ledger(sessions) != {"delivered": 5}:
            statuses.fetch(installation, "sms")
            assert time.monotonic() < end
        assert statuses.fetch(installation, "sms") == 0


def test_each_channel_is_asked_about_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    due, clock = statuses.Due(), [100.0]
    monkeypatch.setattr("workers.statuses.time.monotonic", lambda: clock[0])
    assert due.among(["sms", "whatsapp"]) == ["sms", "whatsapp"]
    clock[0] += 59
    assert due.among(["sms"]) == []
    clock[0] += 1
    assert due.among(["sms"]) == ["sms"]
