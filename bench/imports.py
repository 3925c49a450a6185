"""How long it takes to try a file of contacts and to import it, for the first time and again, and with what memory.

    python -m bench.imports [--rows 1000000] [--json]

The file is German CSV with a customer number, names, email address, mobile number, country and five attributes;
one row in a thousand is refused. Then the same file again, one in which everybody's points have changed, and one of
which every row is refused.
"""

import csv
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figures
from bench.installation import arguments, opened
from core.database import Sessions
from core.queries import segments
from core.rules.segments import parse
from core.services import import_runs, imports

KEY = b"k" * 32
HEADER = ["Kundennummer", "Vorname", "Nachname", "E-Mail", "Handy", "Land"]
ATTRIBUTES = ["Stadt", "Geburtstag", "Umsatz", "Punkte", "Stammkunde"]
FIRST = ["Ada", "Ben", "Cleo", "Dora", "Emil", "Finn", "Greta", "Hans", "Ida", "Jörg"]
LAST = ["Adler", "Becker", "Conrad", "Decker", "Ebert", "Fischer", "Graf", "Huber", "Ihle", "Jung"]
CITIES = ["Berlin", "Hamburg", "München", "Köln", "Wien", "Zürich"]


def people(rows: int) -> Iterator[list[str]]:
    for n in range(rows):
        first, last = FIRST[n % 10], f"{LAST[n // 10 % 10]}{n % 9973}"
        domain = "example" if n % 1000 else "not an address"
        yield [
            f"C{n}",
            first,
            last,
            f"{first}.{last}.{n}@{domain}{n % 300}.org".replace("ö", "oe"),
            f"0171 {n % 10_000_000:07}" if n % 5 < 3 else "",
            "DE",
            CITIES[n % 6],
            f"{1 + n % 28:02}.{1 + n % 12:02}.{1940 + n % 70}",
            f"{n % 5000},{n % 100:02}",
            str(n % 1000),
            "ja" if n % 20 == 0 else "nein",
        ]


def changed(rows: int) -> Iterator[list[str]]:
    for cells in people(rows):
        cells[9] += "1"
        yield cells


def nobodies(rows: int) -> Iterator[list[str]]:
    for cells in people(rows):
        cells[3] = f"{cells[3]}@"
        yield cells


def write(path: Path, rows: Iterator[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, delimiter=";")
        lines.writerow([*HEADER, *ATTRIBUTES])
        lines.writerows(rows)
    return path


def uploaded(sessions: Sessions, path: Path) -> int:
    with sessions.begin() as session:
        row = imports.register(session, filename=path.name, path=path, by="bench")
        imports.choose(session, row.id, imports.proposal(path).mapping)
        return row.id


def run(sessions: Sessions, import_id: int, *, for_good: bool) -> str:
    found = import_runs.run(
        sessions, import_id, for_good=for_good, key=KEY, country="DE", holder="bench", now=datetime.now(UTC)
    )
    return f"{found.added:,} new, {found.updated:,} changed, {found.unchanged:,} unchanged, {found.refused:,} refused"


def count(sessions: Sessions) -> str:
    """Of four conditions, as soon as the import is done."""
    asked = [
        {"field": "country", "op": "eq", "value": "DE"},
        {"attribute": "punkte", "op": "ge", "value": 500},
        {"has_channel": "email"},
        {"not": {"suppressed": {"channel": "email"}}},
    ]
    with sessions() as session:
        node = parse({"all": asked}, segments.attribute_types(session))
        return f"{segments.size(session, node, datetime.now(UTC)):,}"


def awkward(figures: Figures, sessions: Sessions, path: Path, rows: int) -> None:
    moved = uploaded(sessions, write(path, changed(rows)))
    figures.once("all changed: for good", lambda: run(sessions, moved, for_good=True))
    refused = uploaded(sessions, write(path, nobodies(rows)))
    figures.once("all refused: dry run", lambda: run(sessions, refused, for_good=False))


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--once", action="store_true", help="the file for the first time, and no more")
    asked = parser.parse_args()
    figures = Figures(f"Importing {asked.rows:,} rows", 1)
    with opened(asked.data) as sessions, tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder, "people.csv"), people(asked.rows))
        for name in ("first",) if asked.once else ("first", "again"):
            import_id = uploaded(sessions, path)
            figures.once(f"{name}: dry run", lambda which=import_id: run(sessions, which, for_good=False))  # type: ignore[misc]
            figures.once(f"{name}: for good", lambda which=import_id: run(sessions, which, for_good=True))  # type: ignore[misc]
            figures.once(f"{name}: count afterwards", lambda: count(sessions))
        if not asked.once:
            awkward(figures, sessions, path, asked.rows)
        figures.show(as_json=asked.json)


if __name__ == "__main__":
    main()
