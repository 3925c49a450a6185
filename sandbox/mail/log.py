"""All letters in one file, in the order in which they came: appended before they are acknowledged, never changed."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MARK = b"LETTER "
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Letter:
    """What the server knows of an accepted letter without reading it."""

    id: int
    at: float
    """Seconds since 1970."""
    sender: str
    """The envelope's; empty for a letter of a mail server (RFC 5321, section 4.5.5)."""
    recipients: tuple[str, ...]
    helo: str = ""
    peer: str = ""


class LetterLog:
    """Written in one system call for all letters of a moment, so that a killed process loses none it took."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self.end = os.fstat(self._file).st_size
        self._unwritten: list[bytes] = []

    def append(self, letter: Letter, source: bytes) -> int:
        """Add a letter to what `flush` will write; return the place at which its source will begin."""
        envelope = _ENCODE((letter.id, letter.at, letter.sender, letter.recipients, letter.helo, letter.peer)).encode()
        head = b"%s%d %d\n%s" % (MARK, len(envelope), len(source), envelope)
        self._unwritten += (head, source)
        place = self.end + len(head)
        self.end = place + len(source)
        return place

    def flush(self) -> None:
        """Hand everything appended to the operating system."""
        if not self._unwritten:
            return
        rest = memoryview(b"".join(self._unwritten))
        self._unwritten = []
        while rest:
            rest = rest[os.write(self._file, rest) :]

    def read(self, place: int, size: int) -> bytes:
        self.flush()
        return os.pread(self._file, size, place)

    def since(self, place: int) -> Iterator[tuple[Letter, int, bytes]]:
        """Every whole letter from that place on, with its place and source; a torn one at the end is cut off."""
        while True:
            head = os.pread(self._file, 64, place).split(b"\n", 1)[0]
            if not head.startswith(MARK):
                break
            envelope_size, source_size = (int(number) for number in head.removeprefix(MARK).split())
            start = place + len(head) + 1
            if start + envelope_size + source_size > self.end:
                break
            number, at, sender, recipients, helo, peer = json.loads(os.pread(self._file, envelope_size, start))
            start += envelope_size
            letter = Letter(number, at, sender, tuple(recipients), helo, peer)
            yield letter, start, os.pread(self._file, source_size, start)
            place = start + source_size
        self._cut(place)

    def clear(self) -> None:
        self._unwritten = []
        self._cut(0)

    def close(self) -> None:
        self.flush()
        os.close(self._file)

    def _cut(self, place: int) -> None:
        os.ftruncate(self._file, place)
        self.end = place
