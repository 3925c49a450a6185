"""Bringing an installation back from a backup: into an empty place, or over another when that is said."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from sqlalchemy import Engine, text

import config
import embedded
from cli.alone import alone
from cli.keeping import archive, dumping
from config.keys import load_keys
from core import migrations
from core.database import make_sessions, reduced_errors, sync_engine
from core.errors import Refused
from core.queries import installation
from core.services import restored

ASIDE = "before_restore"
"""The schema that holds what was there before, until what is restored is whole."""


def restore(settings: config.Settings, backup: Path, *, replace: bool, by: str) -> archive.Manifest:
    """Load database, keys and files; nothing is sent afterwards until an operator opens the way.

    Raises Invalid for a file that is no whole backup, Refused where it is newer than we are, where something runs, or
    where the place is filled and `replace` was not said. What it replaces is kept until the new is whole.
    """
    manifest = archive.checked(backup)
    if not migrations.knows(manifest.schema):
        raise Refused("backup.newer", version=manifest.version)
    with alone(settings.data), _database(settings) as (url, engine):
        _refuse_to_overwrite(engine, replace=replace)
        kept = settings.data / f"before-restore-{datetime.now(UTC):%Y-%m-%d-%H%M%S}"
        with tempfile.TemporaryDirectory(dir=settings.data, prefix=".restore-") as scratch, _set_aside(engine):
            place = Path(scratch)
            archive.unpack(backup, lambda name: place / name)
            _refuse_other_keys(place / archive.KEYS)
            dumping.load(url, place / archive.DUMP)
            with reduced_errors():
                migrations.upgrade(engine)
                _settle(engine, manifest, settings, by)
            _put(place / archive.FILES, settings.data, kept)
            _put(place / archive.KEYS, settings.data / "keys", kept / "keys")
    return manifest


@contextmanager
def _database(settings: config.Settings) -> Iterator[tuple[str, Engine]]:
    with embedded.running(settings.data, database=settings.database_url is None, redis=False) as servers:
        url = settings.database_url or servers.database_url
        assert url
        engine = sync_engine(url)
        try:
            with reduced_errors():
                yield url, engine
        finally:
            engine.dispose()


def _refuse_to_overwrite(engine: Engine, *, replace: bool) -> None:
    with make_sessions(engine)() as session:
        others = installation.others(session)
        if others:
            raise Refused("restore.in_use", others=others)
        if installation.filled(session) and not replace:
            raise Refused("restore.filled")


def _refuse_other_keys(keys: Path) -> None:
    """Keys that come from the environment stay in force; were they others, the restored lists would know nobody."""
    in_force = load_keys(keys.parent)
    for name, key in (("address.key", in_force.addresses), ("signing.key", in_force.signing)):
        if (keys / name).read_text(encoding="ascii").strip() != key.hex():
            raise Refused("restore.other_key", name=f"SENDBOTE_{name.split('.')[0].upper()}_KEY")


@contextmanager
def _set_aside(engine: Engine) -> Iterator[None]:
    """Within the block there is an empty schema; what was there is gone after it, or back if it fails."""
    with engine.begin() as connection:
        left = connection.scalar(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": ASIDE})
        # One that was interrupted left the old schema there, and half of the new in its place.
        connection.execute(text("DROP SCHEMA public CASCADE" if left else f"ALTER SCHEMA public RENAME TO {ASIDE}"))
        connection.execute(text("CREATE SCHEMA public"))
    try:
        yield
    except BaseException:
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text(f"ALTER SCHEMA {ASIDE} RENAME TO public"))
        raise
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {ASIDE} CASCADE"))


def _settle(engine: Engine, manifest: archive.Manifest, settings: config.Settings, by: str) -> None:
    with make_sessions(engine).begin() as session:
        paths = (manifest.data, str(settings.data))
        restored.settle(session, made_at=manifest.made_at, paths=paths, by=by, now=datetime.now(UTC))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _put(source: Path, target: Path, kept: Path) -> None:
    """Move the restored files to their place; one that stands there already is kept beside."""
    for path in sorted(source.rglob("*")):
        if not path.is_file():
            continue
        name = PurePosixPath(path.relative_to(source))
        place = target / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if place.exists() and place.read_bytes() != path.read_bytes():
            (kept / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            place.replace(kept / name)
        path.replace(place)
