"""Tables as CSV downloads, streamed, and harmless to the spreadsheet that opens them."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO

from flask import Response

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula to a spreadsheet; an apostrophe before it makes it text."""


def csv_response(rows: Iterable[Sequence[object]], filename: str) -> Response:
    """UTF-8 with a byte order mark, which spreadsheets need to read umlauts."""
    response = Response(_lines(rows), mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def harmless(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, int | float):
        return str(value)
    words = str(value)
    return f"'{words}" if words.startswith(DANGEROUS) else words


def _lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield "\ufeff"
    buffer = StringIO()
    writer = csv.writer(buffer)
    for number, row in enumerate(rows):
        writer.writerow([harmless(cell) for cell in row])
        if number % 500 == 499:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: StringIO) -> str:
    words = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return words
