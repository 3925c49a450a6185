"""What a picture of all letters shows: how many there are, when they came, and where they went."""

import sqlite3
from dataclasses import dataclass

BARS = 48
STEPS = (1, 2, 5, 10, 30, 60, 300, 900, 1800, 3600)
"""Seconds of a bar; older than what 48 of the widest show is left out."""
DOMAINS = 6


@dataclass(frozen=True, slots=True)
class Bar:
    at: float
    """Where it begins, in seconds since 1970."""
    letters: int
    returned: int


@dataclass(frozen=True, slots=True)
class Figures:
    letters: int
    mailboxes: int
    twice: int
    returned: int
    octets: int
    step: int
    bars: list[Bar]
    domains: list[tuple[str, int]]


def figures(database: sqlite3.Connection, summary: dict[str, int]) -> Figures:
    """Of all letters but what mail servers sent back, which is counted apart."""
    first, last = database.execute("SELECT min(at), max(at) FROM letters").fetchone()
    step = _step(last - first) if last else STEPS[0]
    return Figures(
        letters=summary["messages"],
        mailboxes=summary["recipients"],
        twice=summary["twice"],
        returned=summary["returned"],
        octets=summary["bytes"],
        step=step,
        bars=_bars(database, last, step) if last else [],
        domains=_domains(database),
    )


def _step(seconds: float) -> int:
    return next((step for step in STEPS if step * (BARS - 1) >= seconds), STEPS[-1])


def _bars(database: sqlite3.Connection, last: float, step: int) -> list[Bar]:
    """The last one holds the newest letter."""
    end = int(last) // step
    start = end - BARS + 1
    rows = database.execute(
        "SELECT CAST(at AS INTEGER) / ?, sum(NOT returned), sum(returned) FROM letters WHERE at >= ? GROUP BY 1",
        [step, start * step],
    )
    counted = {number: (letters, returned) for number, letters, returned in rows}
    return [Bar(number * step, *counted.get(number, (0, 0))) for number in range(start, end + 1)]


def _domains(database: sqlite3.Connection) -> list[tuple[str, int]]:
    """Those with most copies."""
    return database.execute(
        "SELECT substr(recipient, instr(recipient, '@') + 1) AS domain, count(*) AS copies FROM copies"
        " WHERE NOT returned GROUP BY domain ORDER BY copies DESC, domain LIMIT ?",
        [DOMAINS],
    ).fetchall()
