"""Bringing the data to this version: a backup first, then another PostgreSQL if need be, then the migrations."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import config
import embedded
from cli.alone import alone
from cli.context import Opened, opened
from cli.keeping import archive, dumping
from cli.keeping.backup import make
from config.keys import load_keys
from core import migrations
from core.database import make_sessions, reduced_errors, sync_engine
from core.errors import Refused
from core.queries import installation
from core.services import restored

DEBIAN = "/usr/lib/postgresql/{major}/bin"
"""Where Debian and Ubuntu keep the programs of each major version side by side."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """Versions of the schema; `backup` is None where there was nothing to save, `kept` the old cluster if replaced."""

    before: str | None
    after: str
    backup: Path | None
    kept: Path | None = None


def upgrade(settings: config.Settings, *, programs: Path | None, by: str) -> Upgraded:
    """Save, then raise; may be run again at any point. Raises Refused where something runs, or old programs lack."""
    with alone(settings.data):
        backup = kept = None
        old = embedded.of_other_major(settings.data) if settings.database_url is None else None
        if old is not None:
            backup, kept = _change_major(settings, _old_programs(old, programs), by)
        with opened(settings=settings, migrate=False) as door:
            before = _schema(door)
            if before is not None and backup is None:
                backup = make(door, None, by=by).path
            with reduced_errors():
                migrations.upgrade(door.engine)
            return Upgraded(before, str(_schema(door)), backup, kept)


def _schema(door: Opened) -> str | None:
    with door.sessions() as session:
        return installation.schema_version(session) if installation.tables(session) else None


def _old_programs(major: str, given: Path | None) -> Path:
    directory = given or Path(DEBIAN.format(major=major))
    if not (directory / "pg_ctl").exists():
        raise Refused("upgrade.no_old_programs", found=major)
    return directory


def _change_major(settings: config.Settings, programs: Path, by: str) -> tuple[Path, Path]:
    """Save with the old PostgreSQL, load into a new one; the old data stay until somebody deletes them."""
    with embedded.with_old_programs(settings.data, programs) as url, _door(settings, url) as door:
        backup = make(door, None, by=by).path
    kept = embedded.set_aside(settings.data)
    try:
        with opened(settings=settings, migrate=False) as door, tempfile.TemporaryDirectory() as scratch:
            dump = Path(scratch) / archive.DUMP
            archive.unpack(backup, lambda name: dump if name.name == archive.DUMP else None)
            dumping.load(door.database_url, dump)
            with door.sessions.begin() as session:
                restored.order_events(session)
    except BaseException:
        embedded.put_back(settings.data, kept)
        raise
    return backup, kept


@contextmanager
def _door(settings: config.Settings, url: str) -> Iterator[Opened]:
    engine = sync_engine(url)
    try:
        yield Opened(settings, load_keys(settings.data), url, None, engine, make_sessions(engine))
    finally:
        engine.dispose()
