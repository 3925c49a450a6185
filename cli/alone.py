"""One supervisor, or one change of everything, for a data directory at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.addresses import read
from core.errors import Refused


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Hold the directory's lock, which goes with its process. Raises Refused that says who has it."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = data / "run"
    place.mkdir(mode=0o700, exist_ok=True)
    with (place / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            running = read(data)
            if running is None:
                raise Refused("up.starting", data=data) from None
            raise Refused("up.running", panel=running.panel, process=running.supervisor) from None
        yield
