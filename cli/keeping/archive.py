"""A backup as one tar file: its parts, and last a list of them with their hashes, by which a broken one is known."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from core.errors import Invalid

MANIFEST = "manifest.json"
DUMP = "database.dump"
KEYS, FILES = "keys", "files"
BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is of: `schema` is the version of its database, `data` the directory its paths speak of."""

    made_at: str
    version: str
    schema: str
    postgresql: str
    data: str
    parts: dict[str, str]
    """Name to SHA-256."""


class Writer:
    """Adds parts and remembers their hashes; for its owner only, for it holds keys and addresses."""

    def __init__(self, path: Path) -> None:
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._tar = tarfile.open(fileobj=self._file, mode="w")  # noqa: SIM115 - closed in `finish`
        self.parts: dict[str, str] = {}

    def text(self, name: str, content: str) -> None:
        self._add(name, io.BytesIO(content.encode()), len(content.encode()))

    def file(self, name: str, path: Path) -> None:
        """A file that went away meanwhile is left out; one that grows is taken as long as it was."""
        try:
            with path.open("rb") as source:
                self._add(name, source, os.fstat(source.fileno()).st_size)
        except FileNotFoundError:
            return

    def finish(self, manifest: Manifest) -> None:
        self.text(MANIFEST, json.dumps(asdict(manifest), indent=2))
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        self._file.close()

    def _add(self, name: str, source: IO[bytes], size: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        hashed = _Hashed(source)
        self._tar.addfile(entry, hashed)
        self.parts[name] = hashed.hash.hexdigest()


class _Hashed(io.RawIOBase):
    """Reads through, and hashes what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.hash = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        block = self._source.read(size)
        self.hash.update(block)
        return block


def checked(path: Path) -> Manifest:
    """Read the whole file against its list; raise Invalid (`backup.unreadable`, `backup.broken`)."""
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(path) as tar:
            for entry in tar:
                source = tar.extractfile(entry) if entry.isreg() and _harmless(entry.name) else None
                if source is None:
                    raise Invalid("backup.broken", path=path, part=entry.name)
                if entry.name == MANIFEST:
                    manifest = Manifest(**json.load(source))
                else:
                    found[entry.name] = _hash(source)
    except (OSError, tarfile.TarError, ValueError, TypeError) as problem:
        raise Invalid("backup.unreadable", path=path, problem=str(problem)) from None
    if manifest is None:
        raise Invalid("backup.broken", path=path, part=MANIFEST)
    for name in found.keys() | manifest.parts.keys():
        if found.get(name) != manifest.parts.get(name):
            raise Invalid("backup.broken", path=path, part=name)
    return manifest


def unpack(path: Path, target: Callable[[PurePosixPath], Path | None]) -> None:
    """Write each part to where `target` says, for its owner only; None leaves it out."""
    with tarfile.open(path) as tar:
        for entry in tar:
            place = target(PurePosixPath(entry.name))
            source = tar.extractfile(entry)
            if place is None or source is None:
                continue
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                for block in _blocks(source):
                    out.write(block)


def _harmless(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _hash(source: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for block in _blocks(source):
        digest.update(block)
    return digest.hexdigest()


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    while block := source.read(BLOCK):
        yield block
