"""The jobs: each carries ids, holds no logic, and may run twice."""

import signal
import time
from collections.abc import Callable
from contextlib import suppress

import structlog

from core.errors import Problem
from core.services import imports, recipients
from workers.drains import drain_channel
from workers.installation import holder, now, opened
from workers.parent import die_with_parent

JOB_SECONDS = 50
log = structlog.get_logger()


def prepare(campaign_id: int) -> None:
    """Give the campaign's recipients their deliveries; what is not done in time is rung again."""
    die_with_parent()
    with opened() as installation:
        recipients.prepare(installation.sessions, campaign_id, holder=holder(), clock=now, stop=_until_told())


def drain(channel: str) -> None:
    """Send what is due on a channel for up to a minute."""
    die_with_parent()
    with opened() as installation:
        drain_channel(installation, channel, seconds=JOB_SECONDS)


def check_import(import_id: int) -> None:
    _import(import_id, for_good=False)


def apply_import(import_id: int) -> None:
    _import(import_id, for_good=True)


def _import(import_id: int, *, for_good: bool) -> None:
    """What goes wrong stands in the import's own row, where people look for it."""
    die_with_parent()
    with opened() as installation, suppress(Problem):
        imports.run(
            installation.sessions,
            import_id,
            for_good=for_good,
            key=installation.keys.addresses,
            country=installation.settings.default_country,
            holder=holder(),
        )


def _until_told() -> Callable[[], bool]:
    """True once SIGTERM has come or the job's time is over."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    end = time.monotonic() + JOB_SECONDS
    return lambda: bool(told) or time.monotonic() > end
