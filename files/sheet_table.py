"""Spreadsheets (XLSX, XLS, ODS): the first sheet, its cells as the text that a person would type."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from files.problems import FileProblem

MOST_ROWS = 1_048_576
MOST_UNPACKED = 2 * 1024**3


class SheetTable:
    most_rows: int | None = MOST_ROWS

    def __init__(self, path: Path) -> None:
        _refuse_bombs(path)
        try:
            sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        except (CalamineError, IndexError, OSError):
            raise FileProblem("file.broken_sheet", name=path.name) from None
        self._sheet, self._height, self._at = sheet, max(1, sheet.total_height), 0
        self._start = sheet.start[0] + 1 if sheet.start else 1
        head = next(iter(sheet.iter_rows()), [])
        self.columns = [_text(cell).strip() for cell in head]
        if not any(self.columns):
            raise FileProblem("file.no_header", name=path.name)

    def progress(self) -> float:
        return self._at / self._height

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        for index, cells in enumerate(self._sheet.iter_rows()):
            self._at = index + 1
            if index and any(cell != "" for cell in cells):
                yield self._start + index, [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    match cell:
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == datetime.min.time():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
    return str(cell)


def _refuse_bombs(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError):
        raise FileProblem("file.broken_sheet", name=path.name) from None
    if unpacked > MOST_UNPACKED:
        raise FileProblem("file.too_large", name=path.name)
