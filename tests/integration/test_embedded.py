"""The embedded servers: private, shared by several processes, and none the worse for being killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

import embedded
from core.database import Sessions
from embedded.home import open_home
from embedded.postgres import postmaster

HOLD = """
import sys, time
from pathlib import Path
import embedded
with embedded.running(Path(sys.argv[1]), durable=False):
    print("running", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    embedded.forget(tmp_path)


def test_what_was_written_is_found_again_after_a_restart(data: Path) -> None:
    with embedded.running(data, durable=False) as servers:
        _query(servers, "CREATE TABLE kept AS SELECT 1 AS n")
        with Redis.from_url(str(servers.redis_url)) as client:
            client.set("kept", "1")
    assert postmaster(open_home(data)) is None
    with embedded.running(data, durable=False) as servers:
        assert _query(servers, "SELECT n FROM kept") == 1
        with Redis.from_url(str(servers.redis_url)) as client:
            assert client.get("kept") == b"1"


def test_the_last_one_out_stops_the_servers_whoever_started_them(data: Path) -> None:
    starter = _hold(data)
    with embedded.running(data, durable=False) as servers:
        starter.communicate(timeout=30)
        assert _query(servers, "SELECT 1") == 1
    assert postmaster(open_home(data)) is None


def test_the_servers_of_a_killed_starter_serve_the_next_one(data: Path) -> None:
    starter = _hold(data)
    before = postmaster(open_home(data))
    starter.kill()
    starter.communicate()
    with embedded.running(data, durable=False) as servers:
        assert _query(servers, "SELECT 1") == 1
        assert postmaster(open_home(data)) == before
    assert postmaster(open_home(data)) is None


def test_a_killed_server_recovers_even_if_its_process_number_is_somebody_elses_now(data: Path) -> None:
    home = open_home(data)
    with embedded.running(data, durable=False) as servers:
        _query(servers, "CREATE TABLE kept AS SELECT 1 AS n")
        killed = postmaster(home)
        assert killed
        os.kill(killed, signal.SIGKILL)
        _until(lambda: postmaster(home) is None)
    lock = home.cluster / "postmaster.pid"
    lock.write_text(lock.read_text().replace(str(killed), str(os.getpid()), 1))
    with embedded.running(data, durable=False) as servers:
        assert _query(servers, "SELECT n FROM kept") == 1


def test_a_cluster_of_another_major_version_is_refused_untouched(data: Path) -> None:
    with embedded.running(data, durable=False, redis=False):
        pass
    version = open_home(data).cluster / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(embedded.EmbeddedProblem) as problem, embedded.running(data, redis=False):
        pass
    assert problem.value.code == "embedded.other_major"
    assert problem.value.params["found"] == "17"


def test_other_users_of_the_machine_cannot_reach_the_servers(data: Path) -> None:
    with embedded.running(data, durable=False):
        home = open_home(data)
        for directory in (home.cluster, home.valkey, home.sockets, home.logs):
            assert directory.stat().st_mode & 0o077 == 0
        assert "peer" in (home.path / "pg_hba.conf").read_text()
        assert "trust" not in (home.path / "pg_hba.conf").read_text()


def test_a_long_data_path_still_gets_a_socket(tmp_path: Path) -> None:
    long = tmp_path / ("deep" * 20) / ("deeper" * 10)
    long.mkdir(parents=True)
    try:
        with embedded.running(long, durable=False) as servers:
            assert _query(servers, "SELECT 1") == 1
    finally:
        embedded.forget(long)


def test_every_test_finds_the_database_empty(sessions: Sessions) -> None:
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM contacts")) == 0


async def test_asynchronous_tests_run(async_engine: AsyncEngine) -> None:
    async with async_engine.connect() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1


def _hold(data: Path) -> subprocess.Popen[str]:
    """Another process that keeps the servers running until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "running\n"
    return process


def _query(servers: embedded.Servers, statement: str) -> object:
    assert servers.database_url
    with psycopg.connect(servers.database_url) as connection:
        result = connection.execute(statement.encode())
        row = result.fetchone() if result.description else None
        return row[0] if row else None


def _until(true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
