"""A worker: takes jobs from RQ, and finds due work itself while Redis is away."""

import signal
import time
from collections.abc import Callable

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from rq.serializers import JSONSerializer
from sqlalchemy.exc import DBAPIError

from workers import jobs
from workers.installation import Installation, opened
from workers.queue import NAME, connect
from workers.timetable import TICK_SECONDS, tick

log = structlog.get_logger()


class LocalBell:
    """A core.ports.Bell that does at once what it is rung for: one host's stand-in for the queue."""

    def __init__(self, told: Callable[[], bool]) -> None:
        self._told = told

    def ring(self, job: str, *arguments: int | str) -> None:
        if not self._told():
            getattr(jobs, job)(*arguments)


def run() -> None:
    """Work until SIGTERM; RQ finishes the job at hand first."""
    with opened() as installation:
        connection = connect(installation.redis_url)
        while True:
            try:
                connection.ping()
                return _work(connection)
            except RedisError:
                log.warning("redis_away", meanwhile="this worker looks for work itself")
                _work_alone(installation, connection)


def _work(connection: Redis) -> None:
    worker = Worker([NAME], connection=connection, serializer=JSONSerializer, default_worker_ttl=60)
    worker.work(logging_level="WARNING", max_jobs=None)


def _work_alone(installation: Installation, connection: Redis) -> None:
    """Tick and drain in this process until Redis answers again."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    while not told:
        try:
            tick(installation, LocalBell(lambda: bool(told)))
        except DBAPIError:
            log.warning("postgresql_away", again_in_seconds=TICK_SECONDS)
        time.sleep(TICK_SECONDS)
        try:
            connection.ping()
            return
        except RedisError:
            continue
    raise SystemExit(0)
