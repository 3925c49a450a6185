"""Starting and stopping the embedded PostgreSQL."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from embedded.cluster import OWNER, prepare_cluster
from embedded.errors import EmbeddedProblem
from embedded.home import Home
from embedded.programs import Programs

Waiting = Callable[[str, float], None]
"""Told once a second which server is still starting or stopping, and for how many seconds."""

START_SECONDS = 1800
"""Recovery after a crash replays the log since the last checkpoint; that may take minutes on a slow disk."""
STOP_SECONDS = 300


def start_postgres(home: Home, programs: Programs, *, durable: bool, waiting: Waiting) -> str:
    """Start it unless it runs, wait until it answers, and return its address."""
    if postmaster(home) is None:
        prepare_cluster(home, programs, durable=durable)
        _clear_stale_locks(home)
        log = home.logs / "postgres.log"
        options = f'-c config_file="{home.path}/postgresql.conf"'
        said = programs.run(
            [programs.postgres / "pg_ctl", "start", "-W", "-s", "-D", home.cluster, "-l", log, "-o", options],
            cwd=home.cluster,
        )
        if said.returncode:
            raise EmbeddedProblem("embedded.not_started", server="PostgreSQL", log=log, said=said.stdout.strip())
    _wait_until_ready(home, waiting)
    _make_database(home)
    return postgres_url(home)


def stop_postgres(home: Home, programs: Programs, *, waiting: Waiting) -> None:
    """A fast shutdown: open transactions are rolled back, everything committed is on disk."""
    programs.run([programs.postgres / "pg_ctl", "stop", "-W", "-s", "-m", "fast", "-D", home.cluster], cwd=home.cluster)
    since = time.monotonic()
    while postmaster(home) is not None and time.monotonic() - since < STOP_SECONDS:
        _pause(since, waiting)


def postgres_url(home: Home, database: str = OWNER) -> str:
    return f"postgresql://{OWNER}@/{database}?host={quote(str(home.sockets), safe='/')}"


def postmaster(home: Home) -> int | None:
    """The running server's process, or None; a pid that now belongs to somebody else does not count."""
    pid = next(iter(_pid_lines(home)), "")
    if not pid.isdigit():
        return None
    with suppress(psutil.Error):
        process = psutil.Process(int(pid))
        if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == home.cluster.resolve():
            return int(pid)
    return None


def _pid_lines(home: Home) -> list[str]:
    try:
        return (home.cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _clear_stale_locks(home: Home) -> None:
    """After a crash the lock files may name a process that now is another program; PostgreSQL would refuse to start.

    Backends that outlive a killed postmaster still sit in the directory; they must be gone first.
    """
    deadline = time.monotonic() + 30
    while _pid_lines(home) and any(_sits_in(process, home.cluster) for process in psutil.process_iter()):
        if time.monotonic() > deadline:
            raise EmbeddedProblem("embedded.leftover_processes", path=home.cluster)
        time.sleep(0.05)
    for lock in (home.cluster / "postmaster.pid", home.sockets / ".s.PGSQL.5432.lock"):
        lock.unlink(missing_ok=True)


def _sits_in(process: psutil.Process, directory: Path) -> bool:
    with suppress(psutil.Error):
        return Path(process.cwd()) == directory.resolve()
    return False


def _wait_until_ready(home: Home, waiting: Waiting) -> None:
    since = time.monotonic()
    seen = False
    while True:
        lines = _pid_lines(home)
        seen = seen or bool(lines)
        if len(lines) >= 8 and lines[7].strip() == "ready":
            return
        gone = seen and postmaster(home) is None
        if gone or time.monotonic() - since > (START_SECONDS if seen else 10):
            log = home.logs / "postgres.log"
            raise EmbeddedProblem("embedded.not_started", server="PostgreSQL", log=log, said=last_words(log))
        _pause(since, waiting)


def _pause(since: float, waiting: Waiting) -> None:
    before = int(time.monotonic() - since)
    time.sleep(0.02)
    after = int(time.monotonic() - since)
    if after > before and after >= 2:
        waiting("PostgreSQL", after)


def _make_database(home: Home) -> None:
    with psycopg.connect(postgres_url(home, "postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER]).fetchone():
            connection.execute(f"CREATE DATABASE {OWNER}")


def last_words(log: Path) -> str:
    """The last lines of a server's log, for an error message."""
    with suppress(OSError), log.open(encoding="utf-8", errors="replace") as lines:
        return " / ".join(line.strip() for line in deque(lines, 4))
    return ""
