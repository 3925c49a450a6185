"""Twilio's memory: messages to and from phones, what the account holds, and how it is to behave."""

import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import formatdate
from pathlib import Path
from typing import Any

Json = dict[str, Any]
COLUMNS = (
    "sid, account, sender, recipient, service, body, status, error, direction, at, updated, callback, price, "
    "media, media_type, media_name"
)
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS messages ({COLUMNS}, number INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE UNIQUE INDEX IF NOT EXISTS messages_sid ON messages (sid);
CREATE INDEX IF NOT EXISTS messages_recipient ON messages (recipient);
"""


@dataclass(slots=True)
class Behaviour:
    """Changed on the sandbox's page and by tests; a balance of None is not told."""

    balance: Decimal | None = Decimal(100)
    currency: str = "USD"
    price: Decimal = Decimal("0.0750")
    token: str | None = None
    """The only token that is let in; any, if there is none."""
    number_per_second: float = 0.0
    """What one number may send is refused with 429 above it; 0: as much as it likes. Twilio itself would queue it."""
    refused: int = 0
    """Messages that got 429 so far."""
    refuse_next: int = 0
    """So many messages get 429 and are not taken."""
    fail_next: int = 0
    """So many messages are taken, and answered with 500."""
    answer_seconds: float = 0.0
    """How long each answer waits; reports of what was taken come meanwhile."""
    silent: bool = False
    """No status callbacks: they must be fetched."""
    twice: bool = False
    """Every callback comes twice."""
    opted_out: set[tuple[str, str]] = field(default_factory=set)
    """Sender and number that wrote STOP to it: Twilio refuses these by itself (21610)."""


@dataclass(frozen=True, slots=True)
class Line:
    """The customer known from the start: who it is, what its reports are signed with, where answers go."""

    account: str
    token: str
    inbound_url: str


@dataclass(frozen=True, slots=True)
class Text:
    sid: str
    account: str
    sender: str
    recipient: str
    service: str | None
    body: str
    status: str
    error: int | None
    direction: str
    at: float
    updated: float
    callback: str
    price: str
    media: str | None = None
    """The sid of the picture or file that goes with it, which lies under that name among the files."""
    media_type: str | None = None
    media_name: str | None = None
    number: int = 0

    @property
    def inbound(self) -> bool:
        return self.direction == "inbound"

    @property
    def phone(self) -> str:
        """Whose phone shows it."""
        return self.sender if self.inbound else self.recipient

    def resource(self, currency: str) -> Json:
        """A Message resource as it is published."""
        uri = f"/2010-04-01/Accounts/{self.account}/Messages/{self.sid}"
        sent = self.status not in ("queued", "accepted")
        return {
            "account_sid": self.account,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": formatdate(self.at),
            "date_sent": formatdate(self.updated) if sent else None,
            "date_updated": formatdate(self.updated),
            "direction": self.direction,
            "error_code": self.error,
            "error_message": None,
            "from": self.sender or None,
            "messaging_service_sid": self.service,
            "num_media": "1" if self.media else "0",
            "num_segments": str(segments(self.body)),
            "price": f"-{self.price}" if sent else None,
            "price_unit": currency,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.recipient,
            "uri": f"{uri}.json",
        }


class TwilioWorld:
    """Synchronous: a statement takes some 20 µs, and nothing here waits for anything else."""

    def __init__(self, directory: Path, changed: Callable[[], None] = lambda: None, line: Line | None = None) -> None:
        self.changed = changed
        self.behaviour = Behaviour()
        self.accounts: dict[str, str] = {line.account: line.token} if line else {}
        """Auth tokens by account, as clients have used them: callbacks are signed with them."""
        self.inbound: dict[str, str] = {"": line.inbound_url} if line else {}
        """Where what is written to a number is reported, by that number."""
        self._sent: dict[str, list[float]] = {}
        """When each number has sent within the last second, where that is limited."""
        self.files = directory / "twilio"
        self.files.mkdir(parents=True, exist_ok=True)
        self.database = sqlite3.connect(directory / "twilio.sqlite", isolation_level=None)
        self.database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;" + SCHEMA)
        self._add_columns()
        self.base = ""
        """Where the API is reached."""

    def close(self) -> None:
        self.database.close()

    def is_too_fast(self, sender: str) -> bool:
        """Whether the number has sent as much as it may in the second until now; if not, this one counts."""
        most, now = self.behaviour.number_per_second, time.monotonic()
        if not most:
            return False
        span = max(1.0, 1 / most)
        recent = [at for at in self._sent.get(sender, ()) if now - at < span]
        too_fast = len(recent) >= max(1, most * span)
        self._sent[sender] = recent if too_fast else [*recent, now]
        return too_fast

    def add(self, **given: Any) -> Text:
        """A new message with a sid of its own."""
        now = time.time()
        kind = "MM" if given.get("media") else "SM"
        text = Text(sid=f"{kind}{secrets.token_hex(16)}", at=now, updated=now, **given)
        names = COLUMNS.split(", ")
        places = ", ".join("?" * len(names))
        self.database.execute(
            f"INSERT INTO messages ({COLUMNS}) VALUES ({places})",  # noqa: S608 - our own names
            [getattr(text, name) for name in names],
        )
        self.changed()
        return text

    def keep(self, body: bytes, kind: str, name: str) -> dict[str, str]:
        """A picture or file; what a message that goes with it says of it."""
        sid = f"ME{secrets.token_hex(16)}"
        (self.files / sid).write_bytes(body)
        return {"media": sid, "media_type": kind, "media_name": name}

    def by_media(self, sid: str) -> Text | None:
        found = self._select("WHERE media = ?", sid)
        return found[0] if found else None

    def move(self, sid: str, status: str, error: int | None = None) -> Text | None:
        self.database.execute(
            "UPDATE messages SET status = ?, error = ?, updated = ? WHERE sid = ?", (status, error, time.time(), sid)
        )
        self.changed()
        return self.get(sid)

    def get(self, sid: str) -> Text | None:
        found = self._select("WHERE sid = ?", sid)
        return found[0] if found else None

    def page(self, *, recipient: str = "", sender: str = "", limit: int = 50, offset: int = 0) -> list[Text]:
        """The newest first."""
        given = "WHERE (? = '' OR recipient = ?) AND (? = '' OR sender = ?) ORDER BY number DESC LIMIT ? OFFSET ?"
        return self._select(given, recipient, recipient, sender, sender, limit, offset)

    def phones(self, limit: int = 100) -> list[Text]:
        """The last message of each phone, the newest first."""
        phone = "CASE direction WHEN 'inbound' THEN sender ELSE recipient END"
        newest = f"SELECT max(number) FROM messages GROUP BY {phone} ORDER BY 1 DESC LIMIT ?"  # noqa: S608
        return self._select(f"WHERE number IN ({newest}) ORDER BY number DESC", limit)

    def conversation(self, phone: str, limit: int = 200) -> list[Text]:
        """What a phone shows, the oldest first."""
        found = self._select("WHERE sender = ? OR recipient = ? ORDER BY number DESC LIMIT ?", phone, phone, limit)
        return found[::-1]

    def count(self) -> int:
        return int(self.database.execute("SELECT count(*) FROM messages").fetchone()[0])

    def clear(self) -> None:
        self.database.execute("DELETE FROM messages")
        for kept in self.files.iterdir():
            kept.unlink()
        self.behaviour.opted_out.clear()
        self.changed()

    def _add_columns(self) -> None:
        """To a database of an older sandbox."""
        known = {row[1] for row in self.database.execute("PRAGMA table_info(messages)")}
        for name in COLUMNS.split(", "):
            if name not in known:
                self.database.execute(f"ALTER TABLE messages ADD COLUMN {name}")

    def _select(self, rest: str, *values: Any) -> list[Text]:
        rows: Sequence[Sequence[Any]] = self.database.execute(
            f"SELECT {COLUMNS}, number FROM messages {rest}",  # noqa: S608 - our own words
            values,
        ).fetchall()
        return [Text(*row) for row in rows]


def segments(body: str) -> int:
    """Parts of an SMS by its plain length: an estimate, as the sandbox charges it."""
    single, several = (160, 153) if body.isascii() else (70, 67)
    units = len(body.encode("utf-16-le")) // 2
    return 1 if units <= single else -(-units // several)
