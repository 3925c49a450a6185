"""Several processes, one pair of servers: the first one in turns the light on, the last one out turns it off."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def one_at_a_time(home: Path) -> Iterator[None]:
    """Whoever starts or stops servers does so alone; the lock goes with its process, however that ends."""
    with _opened(home / "door.lock") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield


class Presence:
    """A mark that this process uses the servers; held until `leave`, or until the process dies."""

    def __init__(self, home: Path) -> None:
        self._path = home / "present.lock"
        self._file: int | None = None

    def enter(self) -> None:
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Go, and say whether nobody else is left. Only to be called with the door locked."""
        if self._file is None:
            return False
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            os.close(self._file)
            self._file = None


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)
