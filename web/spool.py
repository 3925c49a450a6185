"""Events kept on disk while the database is away: one JSON line each, replayed later by groups, each recorded once."""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import structlog

from core.messages import Event
from core.vocabulary import BounceClass, EventKind

log = structlog.get_logger()


class Spool:
    """A directory with one file a process. Keys are given at the door, so that replaying twice records once."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._own = directory / f"{os.getpid()}.jsonl"
        self.filled = any(self._waiting())

    def keep(self, events: Sequence[Event], group: str) -> None:
        """Append and bring to disk; raises OSError where the disk cannot take it, and leaves no half line there."""
        text = "".join(f"{_line(event, group)}\n" for event in events).encode()
        with self._own.open("ab", buffering=0) as lines:
            self._own.chmod(0o600)
            before = os.fstat(lines.fileno()).st_size
            try:
                _write(lines.fileno(), text)
                os.fsync(lines.fileno())
            except OSError:
                os.ftruncate(lines.fileno(), before)
                raise
        self.filled = True

    def taken(self) -> Iterator[tuple[Path, dict[str, list[Event]]]]:
        """Each file with its events by their group, set aside so that nothing is appended to it; `done` deletes it."""
        for path in self._waiting():
            aside = path.with_suffix(f".{os.getpid()}.taken")
            try:
                path.rename(aside)
            except FileNotFoundError:
                continue
            yield aside, _groups(aside)

    def done(self, path: Path) -> None:
        path.unlink()
        self.filled = any(self._waiting())

    def back(self, path: Path) -> None:
        """Put a file back that could not be replayed now."""
        path.rename(self._directory / f"{path.name.split('.')[0]}-{os.urandom(4).hex()}.jsonl")

    def adopt(self) -> None:
        """Take over what a process that died was replaying."""
        for path in self._directory.glob("*.taken"):
            self.back(path)
        self.filled = any(self._waiting())

    def size(self) -> int:
        """Bytes that wait on disk."""
        return sum(path.stat().st_size for path in self._waiting())

    def _waiting(self) -> list[Path]:
        return sorted(self._directory.glob("*.jsonl"))


def _write(file: int, text: bytes) -> None:
    """All of it: a disk that is nearly full takes a part, and says so only at the next attempt."""
    while text:
        text = text[os.write(file, text) :]


def _line(event: Event, group: str) -> str:
    return json.dumps(
        {
            "group": group,
            "kind": event.kind,
            "provider": event.provider,
            "key": event.key,
            "at": event.at.isoformat(),
            "delivery_id": event.delivery_id,
            "channel": event.channel,
            "address": event.address,
            "link_id": event.link_id,
            "bounce": event.bounce,
            "details": dict(event.details),
        }
    )


def _groups(path: Path) -> dict[str, list[Event]]:
    groups: dict[str, list[Event]] = {}
    for group, event in _events(path):
        groups.setdefault(group, []).append(event)
    return groups


def _events(path: Path) -> Iterator[tuple[str, Event]]:
    """What can be read, with its group's key; a line that a crash cut in the middle is left out and said."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                fields = json.loads(line)
                at, kind = datetime.fromisoformat(fields.pop("at")), EventKind(fields.pop("kind"))
                bounce, group = fields.pop("bounce", None), fields.pop("group", "") or fields["key"]
                yield group, Event(kind=kind, at=at, bounce=bounce and BounceClass(bounce), **fields)
            except (ValueError, TypeError, KeyError, AttributeError):
                log.warning("spool_line_unreadable", file=path.name, line=number)
