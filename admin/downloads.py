"""Tables as CSV downloads, streamed."""

from collections.abc import Iterable, Sequence

from flask import Response, stream_with_context

from files.export import csv_chunks


def csv_response(rows: Iterable[Sequence[object]], filename: str) -> Response:
    """Rows are asked for while they are sent, in the session and the language of whoever asked."""
    response = Response(stream_with_context(csv_chunks(rows)), mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
