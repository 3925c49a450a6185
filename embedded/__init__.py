"""PostgreSQL and Valkey out of Python wheels, for the installation on one machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from embedded.errors import EmbeddedProblem
from embedded.home import Home, forget, open_home
from embedded.postgres import Waiting, start_postgres, stop_postgres
from embedded.programs import Programs, programs
from embedded.sharing import Presence, one_at_a_time
from embedded.valkey import start_valkey, stop_valkey

__all__ = ["EmbeddedProblem", "Servers", "forget", "running"]


@dataclass(frozen=True, slots=True)
class Servers:
    """The addresses of what runs: libpq's form for PostgreSQL, `unix://` for Valkey; None if it was not asked for."""

    database_url: str | None
    redis_url: str | None


def _quietly(server: str, seconds: float) -> None:
    """Nobody wants to hear how long it takes."""


@contextmanager
def running(
    data: Path, *, database: bool = True, redis: bool = True, durable: bool = True, waiting: Waiting = _quietly
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


def _leave(home: Home, tools: Programs, presence: Presence, waiting: Waiting) -> None:
    if presence.leave():
        stop_valkey(home)
        stop_postgres(home, tools, waiting=waiting)
