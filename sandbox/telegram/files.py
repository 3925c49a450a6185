"""Pictures and documents that were sent: kept as files, known by the ids that Telegram gives."""

import mimetypes
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from sandbox.telegram.errors import bad_request
from sandbox.telegram.world import Json, World

LARGEST = 50 * 1024 * 1024
"""What a bot may send."""


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    id: str
    bot_id: int
    path: str
    name: str
    type: str
    size: int
    width: int
    height: int

    def file(self) -> Json:
        """A `File` of the Bot API."""
        return self._ids() | {"file_path": self.path}

    def photo(self) -> list[Json]:
        """The `PhotoSize` list of a photo, here always of one size."""
        return [self._ids() | {"width": self.width, "height": self.height}]

    def document(self) -> Json:
        return self._ids() | {"file_name": self.name, "mime_type": self.type}

    def _ids(self) -> Json:
        return {"file_id": self.id, "file_unique_id": self.id[-16:], "file_size": self.size}


def keep(world: World, bot_id: int, upload: Upload, *, picture: bool) -> Kept:
    """Store it; raise 400 for a picture that is none, 413 for too much."""
    if len(upload.content) > LARGEST:
        raise bad_request("file is too big")
    width, height = measure(upload.content)
    if picture and not width:
        raise bad_request("IMAGE_PROCESS_FAILED")
    name = re.sub(r"[^\w.\- ]", "_", Path(upload.name).name) or "file"
    ending = Path(name).suffix[:10]
    file_id = ("AgAC" if picture else "BQAC") + secrets.token_urlsafe(36)
    path = f"{'photos' if picture else 'documents'}/{file_id[-16:]}{ending}"
    kind = upload.type if "/" in upload.type else mimetypes.guess_type(name)[0] or "application/octet-stream"
    place(world, path).write_bytes(upload.content)
    kept = Kept(file_id, bot_id, path, name, kind, len(upload.content), width, height)
    values = (kept.id, bot_id, path, name, kind, kept.size, width, height)
    world.database.execute("INSERT INTO files VALUES (?,?,?,?,?,?,?,?)", values)
    return kept


def find(world: World, bot_id: int, file_id: str) -> Kept | None:
    row = world.database.execute("SELECT * FROM files WHERE id = ? AND bot_id = ?", [file_id, bot_id]).fetchone()
    return Kept(*row) if row else None


def at_path(world: World, bot_id: int, path: str) -> Kept | None:
    row = world.database.execute("SELECT * FROM files WHERE path = ? AND bot_id = ?", [path, bot_id]).fetchone()
    return Kept(*row) if row else None


def place(world: World, path: str) -> Path:
    """Where the content of a stored path lies: one flat directory, so that no path leads out of it."""
    return world.files_directory / path.replace("/", "-")


def measure(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG, GIF or JPEG; 0 for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    if content.startswith((b"GIF87a", b"GIF89a")) and len(content) >= 10:
        return int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")
    if content.startswith(b"\xff\xd8"):
        return _jpeg(content)
    return 0, 0


def _jpeg(content: bytes) -> tuple[int, int]:
    """Walk over the segments to the first frame header (ITU T.81, annex B)."""
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return 0, 0
