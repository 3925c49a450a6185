"""Exported CSV runs nothing in a spreadsheet and loses nothing on the way."""

import csv
from io import StringIO

from files.export import csv_chunks


def test_cells_that_a_spreadsheet_would_run_are_made_harmless() -> None:
    rows: list[list[object]] = [["name", "note"], ["=1+1", "@sum"], ["-5", -5], ['Ü, "x"\n', None], ["+49", "\tx"]]
    text = "".join(csv_chunks(rows, every=2))
    assert text.startswith("\ufeff")
    told = list(csv.reader(StringIO(text.removeprefix("\ufeff"), newline="")))
    assert told == [["name", "note"], ["'=1+1", "'@sum"], ["'-5", "-5"], ['Ü, "x"\n', ""], ["'+49", "'\tx"]]
