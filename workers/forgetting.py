"""The daily round of retention: a step at each tick of one scheduler, until nothing old is left."""

import time
from datetime import datetime

import structlog

from core.database import Sessions
from core.queries import leases
from core.services import retention
from workers.installation import holder

LEASE = "retention"
DAY_SECONDS = 24 * 3600
STEP_SECONDS = 0.2
"""What a tick may spend on it."""

log = structlog.get_logger()


class Forgetting:
    """Of several schedulers one does it; the lease lasts a day, so that the next round begins a day later."""

    def __init__(self) -> None:
        self._round: retention.Round | None = None
        self._asked = -DAY_SECONDS * 1.0

    def step(self, sessions: Sessions, now: datetime) -> None:
        if self._round is None and not self._begun(sessions, now):
            return
        assert self._round
        until = time.monotonic() + STEP_SECONDS
        while self._round.step(sessions, now):
            if time.monotonic() > until:
                return
        self._round = None
        log.info("retention_done")

    def _begun(self, sessions: Sessions, now: datetime) -> bool:
        if time.monotonic() - self._asked < 60:
            return False
        self._asked = time.monotonic()
        with sessions.begin() as session:
            if not leases.acquire(session, LEASE, holder(), DAY_SECONDS):
                return False
            retention.forget_codes(session, now)
            retention.forget_groups(session, now)
        self._round = retention.Round()
        return True
