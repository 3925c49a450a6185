"""Where each letter stands and whom it was for: SQLite beside the log, from which it can be made again."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sandbox.mail.figures import Figures, figures
from sandbox.mail.headers import brief
from sandbox.mail.log import Letter

SCHEMA = """
CREATE TABLE IF NOT EXISTS letters (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, sender TEXT NOT NULL, helo TEXT NOT NULL, peer TEXT NOT NULL,
    message_id TEXT NOT NULL, subject TEXT NOT NULL, author TEXT NOT NULL, first_recipient TEXT NOT NULL,
    recipients INTEGER NOT NULL, place INTEGER NOT NULL, size INTEGER NOT NULL, returned INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS copies (
    recipient TEXT NOT NULL, letter_id INTEGER NOT NULL, message_id TEXT NOT NULL, returned INTEGER NOT NULL,
    PRIMARY KEY (recipient, letter_id)) WITHOUT ROWID;
"""

# Further recipients are looked through only for letters that have some: campaigns write to each of theirs alone.
_WORDS = (
    "(subject LIKE ? ESCAPE '\\' OR author LIKE ? ESCAPE '\\' OR first_recipient LIKE ? ESCAPE '\\' OR recipients > 1"
    " AND id IN (SELECT letter_id FROM copies WHERE recipient LIKE ? ESCAPE '\\'))"
)


@dataclass(frozen=True, slots=True)
class Filed:
    """A letter as lists show it."""

    id: int
    at: float
    sender: str
    helo: str
    peer: str
    message_id: str
    subject: str
    author: str
    first_recipient: str
    recipients: int
    place: int
    size: int
    returned: bool


@dataclass(frozen=True, slots=True)
class Search:
    """Which letters: those of one mailbox, with these words, before or after one of them."""

    recipient: str = ""
    """An address, or a pattern with `*`."""
    words: str = ""
    since: float = 0.0
    message_id_suffix: str = ""
    before: int | None = None
    after: int | None = None
    letters_only: bool = False
    """Leave out what mail servers sent back."""


class Index:
    """Used from one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;" + SCHEMA)

    def add(self, letters: Iterable[tuple[Letter, int, bytes]]) -> None:
        """File letters with their place in the log and their source."""
        rows, copies = [], []
        for letter, place, source in letters:
            words = brief(source)
            returned = not letter.sender
            first = letter.recipients[0] if letter.recipients else ""
            rows.append(
                (
                    letter.id,
                    letter.at,
                    letter.sender,
                    letter.helo,
                    letter.peer,
                    *words,
                    first,
                    len(letter.recipients),
                    place,
                    len(source),
                    returned,
                )
            )
            copies += [(to.lower(), letter.id, words.message_id, returned) for to in letter.recipients]
        with self._database:
            self._database.execute("BEGIN")
            self._database.executemany("INSERT OR REPLACE INTO letters VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)
            self._database.executemany("INSERT OR REPLACE INTO copies VALUES (?,?,?,?)", copies)

    def end(self) -> tuple[int, int]:
        """The highest number given, and the place in the log up to which letters are filed."""
        found = self._database.execute("SELECT id, place + size FROM letters ORDER BY id DESC LIMIT 1").fetchone()
        return found or (0, 0)

    def summary(self) -> dict[str, int]:
        """Letters, distinct recipients, and recipients who got a Message-ID more than once; returns stand apart."""
        one = self._one
        return {
            "messages": one("SELECT count(*) FROM letters WHERE NOT returned"),
            "recipients": one("SELECT count(DISTINCT recipient) FROM copies WHERE NOT returned"),
            "copies": one("SELECT count(*) FROM copies WHERE NOT returned"),
            "twice": one(
                "SELECT count(*) FROM (SELECT 1 FROM copies WHERE NOT returned AND message_id <> ''"
                " GROUP BY recipient, message_id HAVING count(*) > 1)"
            ),
            "returned": one("SELECT count(*) FROM letters WHERE returned"),
            "bytes": one("SELECT coalesce(sum(size), 0) FROM letters"),
        }

    def figures(self) -> Figures:
        return figures(self._database, self.summary())

    def count_letters(self) -> int:
        return self._one("SELECT count(*) FROM letters")

    def count(self, search: Search) -> int:
        where, values = _where(search)
        return self._one(f"SELECT count(*) FROM letters WHERE {where}", values)  # noqa: S608 - the terms are ours

    def page(self, search: Search, limit: int) -> list[Filed]:
        """Newest first; with `after`, those just newer than that one."""
        where, values = _where(search)
        if search.before is not None:
            where, values = f"{where} AND id < ?", [*values, search.before]
        if search.after is not None:
            where, values = f"{where} AND id > ?", [*values, search.after]
        order = "ASC" if search.after is not None else "DESC"
        statement = f"SELECT * FROM letters WHERE {where} ORDER BY id {order} LIMIT ?"  # noqa: S608 - the terms are ours
        rows = self._database.execute(statement, [*values, limit]).fetchall()
        return sorted((_filed(row) for row in rows), key=lambda filed: -filed.id)

    def get(self, letter_id: int) -> Filed | None:
        row = self._database.execute("SELECT * FROM letters WHERE id = ?", [letter_id]).fetchone()
        return _filed(row) if row else None

    def recipients(self, letter_id: int) -> list[str]:
        """At most 1,000 of them; reads the whole table, which is for a letter opened by hand."""
        rows = self._database.execute("SELECT recipient FROM copies WHERE letter_id = ? LIMIT 1000", [letter_id])
        return [recipient for (recipient,) in rows]

    def mailboxes(self, words: str, after: str, limit: int) -> list[tuple[str, int]]:
        """Recipients in alphabetical order with the number of their letters."""
        return self._database.execute(
            "SELECT recipient, count(*) FROM copies WHERE recipient > ? AND recipient LIKE ? ESCAPE '\\'"
            " GROUP BY recipient ORDER BY recipient LIMIT ?",
            [after, _like(words), limit],
        ).fetchall()

    def clear(self) -> None:
        with self._database:
            self._database.execute("BEGIN")
            self._database.execute("DELETE FROM letters")
            self._database.execute("DELETE FROM copies")

    def close(self) -> None:
        self._database.close()

    def _one(self, statement: str, values: Sequence[Any] = ()) -> int:
        return int(self._database.execute(statement, values).fetchone()[0])


def _where(search: Search) -> tuple[str, list[Any]]:
    terms: list[str] = ["1"]
    values: list[Any] = []
    if search.recipient:
        alike = "GLOB" if "*" in search.recipient else "="
        terms.append(f"id IN (SELECT letter_id FROM copies WHERE recipient {alike} ?)")  # noqa: S608 - one of two words
        values.append(search.recipient.lower())
    if search.words:
        terms.append(_WORDS)
        values += [_like(search.words)] * 4
    if search.message_id_suffix:
        terms.append("message_id LIKE ? ESCAPE '\\'")
        values.append(_like(search.message_id_suffix, after=""))
    if search.since:
        terms.append("at >= ?")
        values.append(search.since)
    if search.letters_only:
        terms.append("NOT returned")
    return " AND ".join(terms), values


def _like(words: str, after: str = "%") -> str:
    return "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + after


def _filed(row: Sequence[Any]) -> Filed:
    filed = Filed(*row)
    return replace(filed, returned=bool(filed.returned))
