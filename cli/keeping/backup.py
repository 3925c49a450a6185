"""Making a backup: keys, files and one snapshot of the database, while everything goes on."""

import importlib.metadata
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cli.context import Opened
from cli.keeping import archive, dumping
from core.queries import installation
from core.services import audit

LEFT_OUT = frozenset({"embedded", "run", "backups", "keys", "spool", "sandbox"})
"""Below the data directory: what is in the backup by another way, belongs to a running process, or is not ours."""


@dataclass(frozen=True, slots=True)
class Backup:
    path: Path
    bytes: int
    files: int


def make(door: Opened, target: Path | None, *, by: str, now: datetime | None = None) -> Backup:
    """Write the backup beside its place and move it there when it is whole.

    The spool comes before the snapshot: an event that is replayed in between is then in both, and recorded once.
    """
    now = now or datetime.now(UTC)
    path = target or _place(door.settings.data, now)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    writer = archive.Writer(part)
    try:
        with door.sessions() as session:
            schema = installation.schema_version(session)
        _write(writer, door, schema, now)
        part.replace(path)
    finally:
        writer.abandon()
        part.unlink(missing_ok=True)
    with door.sessions.begin() as session:
        audit.note(session, by, "backup", "installation", bytes=path.stat().st_size)
    return Backup(path, path.stat().st_size, sum(name.startswith(archive.FILES) for name in writer.parts))


def _write(writer: archive.Writer, door: Opened, schema: str, now: datetime) -> None:
    data = door.settings.data
    _write_keys(writer, door)
    for path in _files(data / "spool"):
        writer.file(f"{archive.FILES}/{path.relative_to(data)}", path)
    with tempfile.TemporaryDirectory(dir=_private(data / "backups"), prefix=".dump-") as scratch:
        dump = Path(scratch) / archive.DUMP
        dumping.dump(door.database_url, dump)
        writer.file(archive.DUMP, dump)
    for folder in sorted(data.iterdir()):
        if folder.name not in LEFT_OUT and not folder.name.startswith("before-restore"):
            for path in _files(folder):
                writer.file(f"{archive.FILES}/{path.relative_to(data)}", path)
    writer.finish(
        archive.Manifest(
            made_at=now.isoformat(timespec="seconds"),
            version=importlib.metadata.version("sendbote"),
            schema=schema,
            postgresql=dumping.server_version(door.database_url),
            data=str(data),
            parts=dict(writer.parts),
        )
    )


def _write_keys(writer: archive.Writer, door: Opened) -> None:
    """The two keys as they are in force, wherever they come from, and whatever else lies beside them."""
    ours = {"address.key": door.keys.addresses, "signing.key": door.keys.signing}
    for name, key in ours.items():
        writer.text(f"{archive.KEYS}/{name}", key.hex())
    folder = door.settings.data / "keys"
    for path in _files(folder):
        if path.name not in ours:
            writer.file(f"{archive.KEYS}/{path.relative_to(folder)}", path)


def _files(folder: Path) -> Iterator[Path]:
    """Plain files alone: a link might lead out of the installation."""
    if folder.is_file() and not folder.is_symlink():
        yield folder
    elif folder.is_dir() and not folder.is_symlink():
        for path in sorted(folder.iterdir()):
            yield from _files(path)


def _place(data: Path, now: datetime) -> Path:
    return _private(data / "backups") / f"sendbote-{now:%Y-%m-%d-%H%M%S}.tar"


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
