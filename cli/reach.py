"""Waiting for a PostgreSQL or a Redis that is not ours to start."""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

import psycopg
import redis

from core.errors import Unavailable
from texts import _

Say = Callable[[str], None]

PATIENCE_SECONDS = 60


def wait_for_database(url: str, say: Say, patience: float = PATIENCE_SECONDS) -> None:
    """Try until it answers; raise Unavailable that names the server and the variable, never the password."""

    def ask() -> None:
        psycopg.connect(url, connect_timeout=5).close()

    _wait(ask, "PostgreSQL", "SENDBOTE_DATABASE_URL", url=url, say=say, patience=patience)


def wait_for_redis(url: str, say: Say, patience: float = PATIENCE_SECONDS) -> None:
    def ask() -> None:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()

    _wait(ask, "Redis", "SENDBOTE_REDIS_URL", url=url, say=say, patience=patience)


def _wait(ask: Callable[[], None], what: str, variable: str, *, url: str, say: Say, patience: float) -> None:
    where = _place(url)
    deadline = time.monotonic() + patience
    pause = 1.0
    while True:
        try:
            ask()
            return
        except (psycopg.OperationalError, redis.RedisError) as problem:
            why = _first_line(problem)
            if time.monotonic() + pause > deadline:
                raise Unavailable("server.unreachable", what=what, where=where, variable=variable, why=why) from None
        say(_("%(what)s at %(where)s does not answer yet (%(why)s). Trying again …", what=what, where=where, why=why))
        time.sleep(pause)
        pause = min(pause * 2, 10)


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname or parts.path or 'localhost'}{f':{parts.port}' if parts.port else ''}"


def _first_line(problem: Exception) -> str:
    return str(problem).strip().splitlines()[0][:200] if str(problem).strip() else type(problem).__name__
