"""Uploaded files: kept below the data directory, for their owner only."""

import secrets
from pathlib import Path

from werkzeug.datastructures import FileStorage

from channels.email.pictures import MOST_BYTES, Picture, made
from core.errors import Invalid

PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")


def picture_or_file(given: FileStorage, most: int) -> Picture | bytes:
    """A picture, ready to be served; of anything else its bytes, but no more than one over `most`.

    Raises Invalid (`picture.…`) for what says that it is a picture and cannot be used as one.
    """
    if given.mimetype in PICTURES:
        return made(given.stream.read(MOST_BYTES + 1))
    return given.stream.read(most + 1)


def keep(upload: FileStorage | None, data: Path) -> tuple[str, Path]:
    """Store an upload for its owner only; its name as the person knows it, and where it lies now."""
    if upload is None or not upload.filename:
        raise Invalid("panel.no_file", where="file")
    name = Path(upload.filename.replace("\\", "/")).name[:200]
    suffix = Path(name).suffix.lower()
    folder = data / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(12)}{suffix if suffix[1:].isalnum() and len(suffix) <= 6 else ''}"
    path.touch(mode=0o600)
    upload.save(path)
    return name, path
