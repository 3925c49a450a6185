"""A disk of its own for the servers, small enough to be filled within a second."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

SIZE = "700m"
"""What an empty installation and its write-ahead log take, and as much again."""
PIECE = bytes(1 << 20)


class DiskError(Exception):
    """This machine does not let us mount one."""


@contextlib.contextmanager
def small(place: Path) -> Iterator[None]:
    """A file system in memory at `place` while the block runs; raise DiskError where that is not allowed."""
    place.mkdir(parents=True, exist_ok=True, mode=0o711)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0711", "sendbote-faults", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        raise DiskError
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
        place.rmdir()


def fill(place: Path) -> Path:
    """Leave not a byte of the file system; deleting the returned file gives the room back."""
    waste = place / "waste"
    with contextlib.suppress(OSError), waste.open("wb", buffering=0) as file:
        while file.write(PIECE):
            pass
    return waste
