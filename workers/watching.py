"""Looking at the installation for those who watch it: at intervals that cost a hundredth of the time at most."""

import time
from datetime import datetime

from prometheus_client import REGISTRY
from redis import Redis
from rq.registry import FailedJobRegistry

from core.database import Sessions
from core.queries.health import health
from workers import measures
from workers.queue import NAME, open_queue

LEAST_SECONDS = 15.0
SHARE = 100
"""Counting a hundred million rows takes a while; it is then done more seldom."""


class Watch:
    def __init__(self) -> None:
        self._shown = measures.Shown()
        self._next = 0.0
        REGISTRY.register(self._shown)

    def look(self, sessions: Sessions, redis: Redis, now: datetime) -> None:
        """Count anew if it is time. Raises RedisError; the figures of the database are set by then."""
        began = time.monotonic()
        if began < self._next:
            return
        with sessions() as session:
            self._shown.set(health(session, now))
        self._next = time.monotonic() + max(LEAST_SECONDS, (time.monotonic() - began) * SHARE)
        measures.queued.set(open_queue(redis).count)
        measures.failed.set(FailedJobRegistry(NAME, connection=redis).get_job_count(cleanup=False))
