"""What a job stands on in its process: settings, keys, connections and channels, opened once and handed on."""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

import config
from config.keys import Keys, load_keys
from core.database import Sessions, make_sessions, sync_engine
from core.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Installation:
    settings: config.Settings
    keys: Keys
    engine: Engine
    sessions: Sessions
    database_url: str
    redis_url: str


@contextmanager
def opened() -> Iterator[Installation]:
    """Raise Unavailable where a server is not named: workers are started by `sendbote up` or with both set."""
    settings = config.load()
    if settings.database_url is None:
        raise Unavailable("database.not_named", what="SENDBOTE_DATABASE_URL")
    if settings.redis_url is None:
        raise Unavailable("redis.not_named", what="SENDBOTE_REDIS_URL")
    engine = sync_engine(settings.database_url)
    try:
        yield Installation(
            settings,
            load_keys(settings.data),
            engine,
            make_sessions(engine),
            settings.database_url,
            settings.redis_url,
        )
    finally:
        engine.dispose()


def holder() -> str:
    """A name for leases that no other process, host or earlier life of this one has."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def now() -> datetime:
    return datetime.now(UTC)
