"""What every request has at hand: settings, keys, a session to read with, and transactions to write in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy.orm import Session, scoped_session

from channels.known import KNOWN
from config import Settings
from config.keys import Keys
from core.database import Sessions, reduced_errors
from core.errors import Invalid
from core.rules.addresses import address_key
from core.rules.contacts import cells
from core.vocabulary import CHANNEL_EMAIL


@dataclass(frozen=True, slots=True)
class Panel:
    settings: Settings
    keys: Keys
    sessions: Sessions
    reading: scoped_session[Session]
    """One session a request, closed at its end."""

    @property
    def session(self) -> scoped_session[Session]:
        """The name by which Flask-Admin looks for it."""
        return self.reading

    def address_keys(self, search: str) -> list[bytes]:
        """The keyed hashes by which this may be found, if it looks like an address on some channel."""
        if "@" in search:
            return [address_key(self.keys.addresses, CHANNEL_EMAIL, search)]
        digits = search.replace(" ", "").lstrip("+")
        if not digits.isdigit():
            return []
        return [address_key(self.keys.addresses, channel, number) for channel, number in self._numbers(search, digits)]

    def _numbers(self, search: str, digits: str) -> Iterator[tuple[str, str]]:
        """The number as each channel but email would write it."""
        for channel in (traits.channel for traits in KNOWN if traits.channel != CHANNEL_EMAIL):
            try:
                yield channel, cells.address(search, channel, self.settings.default_country)
            except Invalid:
                yield channel, digits

    def address_key(self, entry: str) -> bytes | None:
        """The keyed hash of an email address; None if it is not one."""
        return address_key(self.keys.addresses, CHANNEL_EMAIL, entry) if "@" in entry else None


def attach(app: Flask, settings: Settings, keys: Keys, sessions: Sessions) -> Panel:
    panel = Panel(settings, keys, sessions, scoped_session(sessions))
    app.extensions["sendbote"] = panel
    app.teardown_appcontext(lambda _fault: panel.reading.remove())
    return panel


def panel() -> Panel:
    found: Panel = current_app.extensions["sendbote"]
    return found


def reading() -> Session:
    return panel().reading()


@contextmanager
def writing() -> Iterator[Session]:
    """A transaction of its own: committed at the end of the block, or undone by what is raised in it."""
    with reduced_errors(), panel().sessions.begin() as session:
        yield session
    panel().reading.expire_all()
