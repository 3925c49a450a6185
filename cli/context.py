"""What every command stands on: settings, keys and a migrated database, opened and closed in one place."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import config
from config.keys import Keys, load_keys

if TYPE_CHECKING:
    from redis import Redis
    from sqlalchemy import Engine

    from core.database import Sessions

Waiting = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Opened:
    """A command's surroundings; the addresses are those of the settings or of the embedded servers."""

    settings: config.Settings
    keys: Keys
    database_url: str
    redis_url: str | None
    engine: "Engine"
    sessions: "Sessions"

    def redis(self) -> "Redis":
        """A client of the Redis that `opened(redis=True)` made sure of."""
        from redis import Redis

        assert self.redis_url
        return Redis.from_url(self.redis_url)


@contextmanager
def opened(
    *,
    redis: bool = False,
    settings: config.Settings | None = None,
    waiting: Waiting | None = None,
    migrate: bool = True,
) -> Iterator[Opened]:
    """Open the installation: the servers of a running `sendbote up`, or else servers of our own for this while.

    Migrates the database if needed, unless told not to. Raises BadSetting, EmbeddedProblem, Unavailable or Refused
    (`database.newer`).
    """
    import embedded
    from core import migrations
    from core.database import make_sessions, reduced_errors, sync_engine

    settings = settings or config.load()
    keys = load_keys(settings.data)
    with embedded.running(
        settings.data,
        database=settings.database_url is None,
        redis=redis and settings.redis_url is None,
        waiting=waiting or embedded.quietly,
    ) as servers:
        database_url = settings.database_url or servers.database_url
        assert database_url
        engine = sync_engine(database_url)
        try:
            if migrate:
                with reduced_errors():
                    migrations.upgrade(engine)
            redis_url = settings.redis_url or servers.redis_url
            yield Opened(settings, keys, database_url, redis_url, engine, make_sessions(engine))
        finally:
            engine.dispose()
