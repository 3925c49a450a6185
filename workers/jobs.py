"""The jobs: each carries ids, holds no logic, and may run twice."""

import signal
import time
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

import structlog

from core.errors import Problem
from core.services import import_runs
from workers import balances, measures, preparing, returns, statuses
from workers.drains import drain_channel
from workers.installation import holder, now, opened
from workers.parent import die_with_parent

JOB_SECONDS = 50
PREPARE_SECONDS = 2
"""Then it rings again: where there is one worker, what is prepared by then is sent in between."""
IMPORT_SECONDS = 3000
"""An import is one transaction and cannot go on where it stopped; the queue ends jobs after an hour."""
A = TypeVar("A", int, str)
log = structlog.get_logger()


def counted(job: Callable[[A], None]) -> Callable[[A], None]:
    """Count it where its worker shows it, though it runs in a child."""

    @wraps(job)
    def run(argument: A) -> None:
        measures.begun.add(job.__name__)
        job(argument)
        measures.ended.add(job.__name__)

    return run


@counted
def prepare(campaign_id: int) -> None:
    """Give the campaign's recipients their deliveries; what is not done in time is rung again."""
    die_with_parent()
    with opened() as installation:
        preparing.prepare(installation, campaign_id, _until_told(PREPARE_SECONDS))


@counted
def drain(channel: str) -> None:
    """Send what is due on a channel for up to a minute."""
    die_with_parent()
    with opened() as installation:
        drain_channel(installation, channel, seconds=JOB_SECONDS)


@counted
def read_balance(channel: str) -> None:
    """Ask the channel's provider what is left."""
    die_with_parent()
    with opened() as installation:
        balances.read(installation, channel)


@counted
def read_returns(_: int) -> None:
    """Read what has come back by mail."""
    die_with_parent()
    with opened() as installation:
        returns.read_returns(installation, _until_told(JOB_SECONDS))


@counted
def fetch_statuses(channel: str) -> None:
    """Ask what became of messages, where the provider does not say so by itself."""
    die_with_parent()
    with opened() as installation:
        statuses.fetch(installation, channel)


@counted
def run_import(import_id: int) -> None:
    """What goes wrong stands in the import's own row, where people look for it; a fault of ours ends it too."""
    die_with_parent()
    with opened() as installation:
        try:
            import_runs.run_asked(
                installation.sessions,
                import_id,
                key=installation.keys.addresses,
                country=installation.settings.default_country,
                holder=holder(),
                now=now(),
                stop=_until_told(IMPORT_SECONDS),
            )
        except Problem as problem:
            log.info("import_ended", import_id=import_id, code=problem.code)
        except Exception:
            log.exception("import_fault", import_id=import_id)
            import_runs.give_up(installation.sessions, import_id, Problem("import.fault"))


def _until_told(seconds: float = JOB_SECONDS) -> Callable[[], bool]:
    """True once SIGTERM has come or the job's time is over."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    end = time.monotonic() + seconds
    return lambda: bool(told) or time.monotonic() > end
