"""Reports that nobody brings are fetched: what became of messages, where the provider cannot reach us."""

import asyncio
import time

import structlog

from channels import registry
from channels.buckets import LocalBuckets
from core.database import async_engine
from core.errors import Problem
from core.ports import Statuses
from core.queries import statuses
from core.services import events
from workers.installation import Installation, now

AGAIN_SECONDS = 60.0

log = structlog.get_logger()


class Due:
    """Which channels to ask about, each once a minute."""

    def __init__(self) -> None:
        self._asked_at: dict[str, float] = {}

    def among(self, channels: list[str]) -> list[str]:
        at = time.monotonic()
        due = [one for one in channels if at - self._asked_at.get(one, -AGAIN_SECONDS) >= AGAIN_SECONDS]
        self._asked_at.update(dict.fromkeys(due, at))
        return due


def fetch(installation: Installation, channel: str) -> int:
    """Ask the channel's provider, if it does not report by itself; returns how many reports were new."""
    if channel not in registry.PROVIDERS:
        return 0
    provider = registry.provider(channel, installation.settings, installation.keys, LocalBuckets())
    if not isinstance(provider, Statuses) or not provider.must_fetch:
        return 0
    return asyncio.run(_fetch(installation, provider, channel))


async def _fetch(installation: Installation, provider: Statuses, channel: str) -> int:
    with installation.sessions() as session:
        waiting = statuses.waiting(session, channel, now())
    engine, new = async_engine(installation.database_url), 0
    try:
        async for told in provider.fetch(waiting, now() - statuses.LOOKED_BACK):
            async with engine.begin() as connection:
                new += await events.record(connection, told)
    except Problem as problem:
        log.warning("statuses_not_fetched", channel=channel, code=problem.code)
    finally:
        await engine.dispose()
    return new
