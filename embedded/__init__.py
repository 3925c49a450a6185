"""PostgreSQL and Valkey out of Python wheels, for the installation on one machine."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from embedded.cluster import major_version, our_major
from embedded.errors import EmbeddedProblem
from embedded.home import Home, forget, home_of, open_home
from embedded.postgres import Waiting, postmaster, start_postgres, stop_postgres
from embedded.programs import Programs, programs
from embedded.sharing import Presence, one_at_a_time
from embedded.valkey import answers, start_valkey, stop_valkey

__all__ = [
    "EmbeddedProblem",
    "Servers",
    "Waiting",
    "forget",
    "home_of",
    "of_other_major",
    "programs",
    "put_back",
    "put_out",
    "quietly",
    "revive",
    "running",
    "set_aside",
    "with_old_programs",
]


@dataclass(frozen=True, slots=True)
class Servers:
    """The addresses of what runs: libpq's form for PostgreSQL, `unix://` for Valkey; None if it was not asked for."""

    database_url: str | None
    redis_url: str | None


def quietly(server: str, seconds: float) -> None:
    """Nobody wants to hear how long it takes."""


@contextmanager
def running(
    data: Path, *, database: bool = True, redis: bool = True, durable: bool = True, waiting: Waiting = quietly
) -> Iterator[Servers]:
    """Within the block the servers of that data directory run; several processes may ask for them at once.

    The last one out stops them, whoever started them; a killed process counts as gone. `durable=False` is for
    tests: what is committed may be lost with the machine. Raises EmbeddedProblem.
    """
    if not database and not redis:
        yield Servers(None, None)
        return
    home = open_home(data.resolve())
    tools = programs(home.account)
    presence = Presence(home.path)
    with one_at_a_time(home.path):
        presence.enter()
        try:
            servers = Servers(
                start_postgres(home, tools, durable=durable, waiting=waiting) if database else None,
                start_valkey(home, tools) if redis else None,
            )
        except BaseException:
            _leave(home, tools, presence, waiting)
            raise
    try:
        yield servers
    finally:
        with one_at_a_time(home.path):
            _leave(home, tools, presence, waiting)


def revive(data: Path, *, database: bool = True, redis: bool = True, waiting: Waiting = quietly) -> list[str]:
    """Start again whichever server died within `running`; the names of those. Raises EmbeddedProblem."""
    home = open_home(data.resolve())
    dead = {
        "PostgreSQL": database and postmaster(home) is None,
        "Valkey": redis and not answers(home),
    }
    if any(dead.values()):
        tools = programs(home.account)
        with one_at_a_time(home.path):
            if dead["PostgreSQL"]:
                start_postgres(home, tools, durable=True, waiting=waiting)
            if dead["Valkey"]:
                start_valkey(home, tools)
    return [name for name, is_dead in dead.items() if is_dead]


def put_out(data: Path) -> None:
    """Stop servers that a killed process left running, unless somebody uses them."""
    home = open_home(data.resolve())
    presence = Presence(home.path)
    with one_at_a_time(home.path):
        presence.enter()
        _leave(home, programs(home.account), presence, quietly)


def of_other_major(data: Path) -> str | None:
    """The major version of the data, if the programs that we bring are of another one."""
    home = open_home(data.resolve())
    found = major_version(home)
    return found if found and found != our_major(programs(home.account)) else None


@contextmanager
def with_old_programs(data: Path, directory: Path) -> Iterator[str]:
    """Within the block the data's own version of PostgreSQL serves them, from programs that the system has."""
    home = open_home(data.resolve())
    tools = replace(programs(home.account), postgres=directory)
    with one_at_a_time(home.path):
        try:
            yield start_postgres(home, tools, durable=True, waiting=quietly)
        finally:
            stop_postgres(home, tools, waiting=quietly)


def set_aside(data: Path) -> Path:
    """Move the stopped data of another version out of the way; where to."""
    home = open_home(data.resolve())
    kept = home.path / f"postgres-{major_version(home)}-{int(time.time())}"
    home.cluster.rename(kept)
    return kept


def put_back(data: Path, kept: Path) -> None:
    """Undo `set_aside`, whatever has been made in its place."""
    home = open_home(data.resolve())
    shutil.rmtree(home.cluster)
    kept.rename(home.cluster)


def _leave(home: Home, tools: Programs, presence: Presence, waiting: Waiting) -> None:
    if presence.leave():
        stop_valkey(home)
        stop_postgres(home, tools, waiting=waiting)
