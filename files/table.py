"""A table in a file, whatever its kind: a header, and rows with the numbers that a spreadsheet shows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from files.csv_table import CsvTable
from files.problems import FileProblem
from files.sheet_table import SheetTable

SHEETS = {".xlsx", ".xlsm", ".xls", ".ods"}


class Table(Protocol):
    columns: list[str]
    """The header's cells, stripped."""
    most_rows: int | None
    """How many rows this kind of file can hold; None: any number."""

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Row number (the header is 1) and cells, as many as there are columns. Blank rows are passed over.

        Raises FileProblem at the row that cannot be read.
        """
        ...

    def progress(self) -> float:
        """How much has been read, from 0 to 1."""
        ...


def open_table(path: Path) -> Table:
    """Recognise the kind by its content, not by its name; raise FileProblem for what is no table."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as problem:
        raise FileProblem("file.unreadable", name=path.name, problem=problem.strerror or "") from None
    if not head:
        raise FileProblem("file.empty", name=path.name)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return SheetTable(path)
    if path.suffix.lower() in SHEETS:
        raise FileProblem("file.broken_sheet", name=path.name)
    return CsvTable(path)
