"""Tables as CSV downloads, streamed."""

from collections.abc import Iterable, Sequence

from flask import Response

from files.export import csv_chunks


def csv_response(rows: Iterable[Sequence[object]], filename: str) -> Response:
    response = Response(csv_chunks(rows), mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
