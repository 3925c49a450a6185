"""An installation to measure in: the embedded PostgreSQL as the product starts it, in a temporary directory."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import embedded
from core import database, migrations
from core.database import Sessions


def arguments(docstring: str | None) -> argparse.ArgumentParser:
    """What all benchmarks of big lists understand."""
    parser = argparse.ArgumentParser(description=docstring, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many contacts")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured; the best counts")
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead of the table")
    parser.add_argument("--data", type=Path, help="keep the database in this directory, for the next run")
    return parser


@contextmanager
def opened(data: Path | None) -> Iterator[Sessions]:
    """Sessions on the database of that directory, or on an empty one that is deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="sendbote-bench-") as made:
        home = data or Path(made)
        try:
            with embedded.running(home, redis=False) as servers:
                assert servers.database_url
                engine = database.sync_engine(servers.database_url)
                migrations.upgrade(engine)
                yield database.make_sessions(engine)
                engine.dispose()
        finally:
            if data is None:
                embedded.forget(home)


@contextmanager
def served() -> Iterator[tuple[Sessions, dict[str, str]]]:
    """An empty installation with both servers, as durable as a real one: sessions, and what its processes are told."""
    with tempfile.TemporaryDirectory(prefix="sendbote-bench-") as made:
        home = Path(made)
        try:
            with embedded.running(home, durable=True) as servers:
                assert servers.database_url
                assert servers.redis_url
                engine = database.sync_engine(servers.database_url)
                migrations.upgrade(engine)
                yield (
                    database.make_sessions(engine),
                    {
                        "SENDBOTE_DATA": made,
                        "SENDBOTE_DATABASE_URL": servers.database_url,
                        "SENDBOTE_REDIS_URL": servers.redis_url,
                        "SENDBOTE_LOG_LEVEL": "warning",
                    },
                )
                engine.dispose()
        finally:
            embedded.forget(home)
