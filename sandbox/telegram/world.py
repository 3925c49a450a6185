"""Telegram's memory: bots, people, conversations, updates and files, in SQLite so that they survive a restart."""

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS bots (
    id INTEGER PRIMARY KEY, token TEXT NOT NULL, name TEXT NOT NULL, username TEXT NOT NULL,
    webhook TEXT NOT NULL DEFAULT '{}', last_message INTEGER NOT NULL DEFAULT 0,
    last_update INTEGER NOT NULL, used_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS people (
    id INTEGER PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT NOT NULL, username TEXT NOT NULL,
    language TEXT NOT NULL, role TEXT NOT NULL, deactivated INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS chats (
    bot_id INTEGER NOT NULL, person_id INTEGER NOT NULL, blocked INTEGER NOT NULL DEFAULT 0,
    at REAL NOT NULL, PRIMARY KEY (bot_id, person_id));
CREATE TABLE IF NOT EXISTS messages (
    bot_id INTEGER NOT NULL, chat_id INTEGER NOT NULL, message_id INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (bot_id, chat_id, message_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS updates (
    bot_id INTEGER NOT NULL, update_id INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (bot_id, update_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS presses (
    id TEXT PRIMARY KEY, bot_id INTEGER NOT NULL, chat_id INTEGER NOT NULL, message_id INTEGER NOT NULL,
    at REAL NOT NULL, answered INTEGER NOT NULL DEFAULT 0, words TEXT NOT NULL DEFAULT '',
    alert INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS files (
    id TEXT PRIMARY KEY, bot_id INTEGER NOT NULL, path TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
    size INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS groups (
    id INTEGER PRIMARY KEY, title TEXT NOT NULL, forum INTEGER NOT NULL, bot TEXT NOT NULL, moved_to INTEGER);
CREATE TABLE IF NOT EXISTS topics (
    group_id INTEGER NOT NULL, topic_id INTEGER NOT NULL, name TEXT NOT NULL, closed INTEGER NOT NULL,
    PRIMARY KEY (group_id, topic_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inline_queries (
    id TEXT PRIMARY KEY, bot_id INTEGER NOT NULL, at REAL NOT NULL, results TEXT);
CREATE TABLE IF NOT EXISTS commands (
    bot_id INTEGER NOT NULL, scope TEXT NOT NULL, language TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (bot_id, scope, language));
"""


@dataclass(frozen=True, slots=True)
class Bot:
    id: int
    token: str
    name: str
    username: str
    webhook: Json

    def user(self) -> Json:
        """A `User` of the Bot API."""
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    first_name: str
    last_name: str
    username: str
    language: str
    role: str
    """Only for this sandbox's page: `operator` or `customer`."""
    deactivated: bool

    def user(self) -> Json:
        """A `User` of the Bot API."""
        return {"id": self.id, "is_bot": False, "language_code": self.language} | self._names()

    def chat(self) -> Json:
        """A `Chat` of the Bot API."""
        return {"id": self.id, "type": "private"} | self._names()

    @property
    def phone(self) -> str:
        """From the numbers that Ofcom keeps free for drama, so that no living person has it."""
        return f"+447700900{self.id % 1000:03}"

    def _names(self) -> Json:
        names = {"first_name": self.first_name, "last_name": self.last_name, "username": self.username}
        return {name: value for name, value in names.items() if value}


class World:
    """Synchronous: a statement takes some 20 µs, and nothing here waits for anything else."""

    def __init__(self, directory: Path, changed: Callable[[], None] = lambda: None) -> None:
        self.files_directory = directory / "files"
        self.files_directory.mkdir(parents=True, exist_ok=True)
        self.changed = changed
        self.fetched: dict[tuple[int, str], str] = {}
        """By bot and address, the ids of files that were fetched."""
        self.database = sqlite3.connect(directory / "telegram.sqlite", isolation_level=None)
        self.database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;" + SCHEMA)

    def close(self) -> None:
        self.database.close()

    def bot(self, bot_id: int) -> Bot | None:
        row = self._row("SELECT id, token, name, username, webhook FROM bots WHERE id = ?", bot_id)
        return _bot(row) if row else None

    def bots(self) -> list[Bot]:
        """All bots, the one used last first."""
        rows = self._rows("SELECT id, token, name, username, webhook FROM bots ORDER BY used_at DESC")
        return [_bot(row) for row in rows]

    def add_bot(self, bot_id: int, token: str, name: str, username: str) -> Bot:
        """Updates begin at a number of the present time, so that a fresh sandbox never repeats old ones."""
        self._do(
            "INSERT INTO bots (id, token, name, username, last_update, used_at) VALUES (?,?,?,?,?,?)"
            " ON CONFLICT (id) DO UPDATE SET token = excluded.token, name = excluded.name,"
            " username = excluded.username, used_at = excluded.used_at",
            *(bot_id, token, name, username, int(time.time()), time.time()),
        )
        self.changed()
        return Bot(bot_id, token, name, username, {})

    def set_webhook(self, bot_id: int, webhook: Json) -> None:
        self._do("UPDATE bots SET webhook = ? WHERE id = ?", json.dumps(webhook), bot_id)

    def person(self, person_id: int) -> Person | None:
        row = self._row("SELECT * FROM people WHERE id = ?", person_id)
        return _person(row) if row else None

    def people(self, words: str = "", limit: int = 500) -> list[Person]:
        """By their numbers, those whose names or number hold these words."""
        rows = self._rows(
            "SELECT * FROM people WHERE instr(lower(first_name || ' ' || last_name || ' ' || username || ' ' || id), ?)"
            " ORDER BY id LIMIT ?",
            *(words.lower(), limit),
        )
        return [_person(row) for row in rows]

    def add_person(self, person: Person) -> None:
        values = (person.id, person.first_name, person.last_name, person.username, person.language, person.role)
        self._do("INSERT OR REPLACE INTO people VALUES (?,?,?,?,?,?,?)", *values, person.deactivated)

    def open_chat(self, bot_id: int, person_id: int) -> None:
        self._do(
            "INSERT INTO chats VALUES (?,?,0,?) ON CONFLICT DO UPDATE SET at = excluded.at",
            *(bot_id, person_id, time.time()),
        )

    def block(self, bot_id: int, person_id: int, *, blocked: bool) -> None:
        self._do("UPDATE chats SET blocked = ? WHERE bot_id = ? AND person_id = ?", blocked, bot_id, person_id)

    def is_blocked(self, bot_id: int, person_id: int) -> bool | None:
        """None: they have never spoken."""
        row = self._row("SELECT blocked FROM chats WHERE bot_id = ? AND person_id = ?", bot_id, person_id)
        return bool(row[0]) if row else None

    def next_message(self, bot_id: int) -> int:
        row = self._row("UPDATE bots SET last_message = last_message + 1 WHERE id = ? RETURNING last_message", bot_id)
        return int(row[0]) if row else 1

    def put(self, bot_id: int, message: Json) -> None:
        """Keep a `Message`, new or changed."""
        chat_id, message_id = message["chat"]["id"], message["message_id"]
        body = json.dumps(message, ensure_ascii=False)
        self._do("INSERT OR REPLACE INTO messages VALUES (?,?,?,?)", bot_id, chat_id, message_id, body)
        self._do("UPDATE bots SET used_at = ? WHERE id = ?", time.time(), bot_id)
        self.changed()

    def message(self, bot_id: int, chat_id: int, message_id: int) -> Json | None:
        row = self._row(
            "SELECT body FROM messages WHERE bot_id = ? AND chat_id = ? AND message_id = ?", bot_id, chat_id, message_id
        )
        return json.loads(row[0]) if row else None

    def messages(self, bot_id: int, chat_id: int, limit: int = 200) -> list[Json]:
        """The newest of a conversation, oldest first."""
        rows = self._rows(
            "SELECT body FROM messages WHERE bot_id = ? AND chat_id = ? ORDER BY message_id DESC LIMIT ?",
            *(bot_id, chat_id, limit),
        )
        return [json.loads(row[0]) for row in reversed(rows)]

    def last_messages(self, bot_id: int, people: Sequence[int]) -> dict[int, Json]:
        """The newest of each of these conversations; a look-up each, since a conversation may be long."""
        found = {number: self.messages(bot_id, number, 1) for number in people}
        return {number: messages[0] for number, messages in found.items() if messages}

    def forget(self, bot_id: int, chat_id: int, message_id: int) -> None:
        self._do(
            "DELETE FROM messages WHERE bot_id = ? AND chat_id = ? AND message_id = ?", bot_id, chat_id, message_id
        )
        self.changed()

    def count_all(self) -> int:
        """Messages of all conversations."""
        row = self._row("SELECT count(*) FROM messages")
        return int(row[0]) if row else 0

    def clear(self) -> None:
        """Forget every conversation; bots and people stay."""
        for table in ("chats", "messages", "updates", "presses", "files", "groups", "topics", "inline_queries"):
            self._do(f"DELETE FROM {table}")  # noqa: S608 - our own names
        for path in self.files_directory.iterdir():
            path.unlink()
        self.changed()

    def _do(self, statement: str, *values: Any) -> None:
        self.database.execute(statement, values)

    def _row(self, statement: str, *values: Any) -> Sequence[Any] | None:
        found: Sequence[Any] | None = self.database.execute(statement, values).fetchone()
        return found

    def _rows(self, statement: str, *values: Any) -> list[Sequence[Any]]:
        return self.database.execute(statement, values).fetchall()


def _bot(row: Sequence[Any]) -> Bot:
    number, token, name, username, webhook = row
    return Bot(number, token, name, username, json.loads(webhook))


def _person(row: Sequence[Any]) -> Person:
    number, first_name, last_name, username, language, role, deactivated = row
    return Person(number, first_name, last_name, username, language, role, bool(deactivated))
