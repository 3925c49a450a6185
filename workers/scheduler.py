"""The scheduler: hears PostgreSQL's NOTIFY at once, ticks every few seconds, and rings the workers."""

import signal
import time
from collections.abc import Callable

import psycopg
import structlog
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from core.queries.bell import WORK
from metrics.serving import serve as serve_metrics
from workers import measures
from workers.domains import Domains
from workers.forgetting import Forgetting
from workers.installation import Installation, now, opened
from workers.queue import RedisBell, connect
from workers.timetable import TICK_SECONDS, tick
from workers.watching import Watch

log = structlog.get_logger()
AWAY_SECONDS = 3.0


def run() -> None:
    """Tick until SIGTERM; a server that is away is named in the log and met again when it is back."""
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: told.append(received))
    with opened() as installation:
        redis = connect(installation.redis_url)
        serve_metrics(installation.settings.data, "scheduler")
        watch, forgetting, domains = Watch(), Forgetting(), Domains()
        while not told:
            try:
                _listen(installation, redis, watch, forgetting, domains, told=lambda: bool(told))
            except (OperationalError, InterfaceError, DBAPIError, psycopg.OperationalError):
                log.warning("postgresql_away", again_in_seconds=AWAY_SECONDS)
                measures.away.labels("postgresql").set(1)
                time.sleep(AWAY_SECONDS)


def _listen(
    installation: Installation,
    redis: Redis,
    watch: Watch,
    forgetting: Forgetting,
    domains: Domains,
    *,
    told: Callable[[], bool],
) -> None:
    url = installation.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"LISTEN {WORK}")
        measures.away.labels("postgresql").set(0)
        while not told():
            try:
                tick(installation, RedisBell(redis))
                forgetting.step(installation.sessions, now())
                domains.step(installation)
                watch.look(installation.sessions, redis, now())
                measures.away.labels("redis").set(0)
            except RedisError:
                measures.away.labels("redis").set(1)
                log.warning("redis_away", meanwhile="workers look for work themselves", again_in_seconds=TICK_SECONDS)
            for _ in connection.notifies(timeout=TICK_SECONDS, stop_after=1):
                pass
