"""Writing CSV that spreadsheets open as it is meant: no cell of it is ever run as a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

EXECUTED = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be taken for a formula."""


def csv_chunks(rows: Iterable[Sequence[object]], *, every: int = 500) -> Iterator[str]:
    """The rows as CSV (RFC 4180) with a byte order mark, by which Excel knows UTF-8; some hundred rows a piece."""
    lines = StringIO()
    lines.write("\ufeff")
    writer = csv.writer(lines)
    for number, row in enumerate(rows, start=1):
        writer.writerow([harmless(cell) for cell in row])
        if number % every == 0:
            yield lines.getvalue()
            lines.seek(0)
            lines.truncate()
    yield lines.getvalue()


def harmless(cell: object) -> object:
    """Text that a spreadsheet would run gets an apostrophe before it; numbers stay numbers."""
    if isinstance(cell, str) and cell.startswith(EXECUTED):
        return f"'{cell}"
    return "" if cell is None else cell
