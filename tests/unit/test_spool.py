"""What a full disk may do to the events that wait on it."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.messages import Event
from core.vocabulary import EventKind
from web.spool import Spool

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_what_is_kept_after_a_full_disk_is_not_spoilt_by_what_was_refused(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.keep([_left("before")], "a")
    with _room(spool.size() + 20), pytest.raises(OSError, match="too large"):
        spool.keep([_left("refused")], "b")
    spool.keep([_left("after")], "c")
    ((_, groups),) = spool.taken()
    assert groups == {"a": [_left("before")], "c": [_left("after")]}


@contextmanager
def _room(size: int) -> Iterator[None]:
    """No file may grow beyond it, and like a disk that is nearly full it takes what still fits."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _left(key: str) -> Event:
    return Event(EventKind.UNSUBSCRIBED, "pages", key, NOON, 1)
