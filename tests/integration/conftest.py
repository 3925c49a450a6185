"""What integration tests stand on: a real PostgreSQL and a real Valkey, empty for every test."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from sqlalchemy import Engine, text
from sqlalchemy.ext.asyncio import AsyncEngine

import config
import embedded
from core import database, migrations
from core.database import Sessions
from core.queries import settings as business


@pytest.fixture(scope="session")
def servers() -> Iterator[embedded.Servers]:
    with embedded.running(Path(os.environ["SENDBOTE_TEST_SERVERS"]), durable=False) as servers:
        yield servers


@pytest.fixture(scope="session")
def database_url(servers: embedded.Servers) -> str:
    """A migrated database of this worker's own."""
    assert servers.database_url
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = servers.database_url.replace("/sendbote?", f"/{name}?")
    engine = database.sync_engine(url)
    migrations.upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def shared_engine(database_url: str) -> Iterator[Engine]:
    engine = database.sync_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(shared_engine: Engine) -> Iterator[Engine]:
    """An engine on a migrated database that is emptied after the test."""
    yield shared_engine
    _empty(shared_engine)


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    return database.make_sessions(engine)


@pytest.fixture
def awake(sessions: Sessions) -> None:
    """Without quiet hours, for tests that send by the clock on the wall: they hold at any time of the day."""
    with sessions.begin() as session:
        business.put(session, "quiet_hours", {}, by="test")


@pytest.fixture
def async_engine(engine: Engine, database_url: str) -> Iterator[AsyncEngine]:
    """The same database for `async def` tests, which each run in an event loop of their own."""
    made = database.async_engine(database_url)
    yield made
    asyncio.run(made.dispose())


@pytest.fixture
def redis_url(servers: embedded.Servers) -> Iterator[str]:
    """A database of this worker's own, emptied after the test."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = f"{servers.redis_url}?db={worker}"
    yield url
    with Redis.from_url(url) as client:
        client.flushdb()


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> config.Settings:
    return config.load(
        {"SENDBOTE_DATA": str(tmp_path), "SENDBOTE_DATABASE_URL": database_url, "SENDBOTE_REDIS_URL": redis_url}
    )


def _empty(engine: Engine) -> None:
    """Truncate only what holds rows: most tests touch a handful of tables, and TRUNCATE costs by the table."""
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    with engine.begin() as connection:
        names = connection.scalars(text(tables)).all()
        held = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in names)
        filled = connection.scalars(text(held)).all()
        if filled:
            connection.execute(text(f"TRUNCATE {', '.join(filled)} RESTART IDENTITY CASCADE"))
