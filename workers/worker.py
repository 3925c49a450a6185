"""A worker: takes jobs from RQ, and finds due work itself while Redis is away."""

import signal
import time
from types import FrameType
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as TooLate
from rq import Queue, Worker
from rq.serializers import JSONSerializer
from sqlalchemy.exc import DBAPIError

from core.errors import Unavailable
from metrics.serving import serve as serve_metrics
from workers import measures
from workers.alone import LocalBell, bring_home
from workers.installation import Installation, opened
from workers.queue import NAME, connect
from workers.timetable import TICK_SECONDS, tick

log = structlog.get_logger()


class RedisAwayError(Exception):
    """RQ waits up to a minute at a time for a Redis that is away, and swallows its errors; this one it lets through."""


class WatchfulQueue(Queue):
    """A queue that says that Redis is away instead of letting the worker wait for it."""

    @classmethod
    def dequeue_any(cls, *arguments: Any, **named: Any) -> Any:
        try:
            return super().dequeue_any(*arguments, **named)
        except (NotConnected, TooLate) as away:
            raise RedisAwayError from away


class OrderlyWorker(Worker):
    """Passes SIGTERM on to the job at hand, which brings home what is on the wire instead of being waited for."""

    queue_class = WatchfulQueue

    told = False
    """Whether SIGTERM has come."""

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.told = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def handle_warm_shutdown_request(self) -> None:
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            self.kill_horse(signal.SIGTERM)

    def heartbeat(self, *arguments: Any, **named: Any) -> None:
        try:
            super().heartbeat(*arguments, **named)
        except (NotConnected, TooLate) as away:
            raise RedisAwayError from away


def run() -> None:
    """Work until SIGTERM; the job at hand is brought to its end first."""
    with opened() as installation:
        measures.of_worker()
        serve_metrics(installation.settings.data, "worker")
        connection = connect(installation.redis_url)
        while True:
            try:
                connection.ping()
                if _work(connection):
                    return
            except (RedisError, RedisAwayError):
                log.warning("redis_away", meanwhile="this worker looks for work itself")
            _work_alone(installation, connection)


def _work(connection: "Redis") -> bool:
    """Returns whether it was told to end; RQ also comes back when it loses Redis."""
    worker = OrderlyWorker(
        [WatchfulQueue(NAME, connection=connection, serializer=JSONSerializer)],
        connection=connection,
        serializer=JSONSerializer,
        default_worker_ttl=60,
    )
    worker.work(logging_level="WARNING", max_jobs=None)
    return worker.told


def _work_alone(installation: Installation, connection: "Redis") -> None:
    """Tick and drain until Redis answers again; a job that RQ has left behind flies on, and holds its lease."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    while not told:
        try:
            tick(installation, LocalBell(lambda: bool(told)))
        except (DBAPIError, Unavailable):
            log.warning("postgresql_away", again_in_seconds=TICK_SECONDS)
        _rest(told)
        try:
            connection.ping()
            return
        except RedisError:
            continue
    bring_home()
    raise SystemExit(0)


def _rest(told: list[int]) -> None:
    """In short steps: Python goes on sleeping after a signal whose handler raises nothing."""
    end = time.monotonic() + TICK_SECONDS
    while not told and time.monotonic() < end:
        time.sleep(0.1)
