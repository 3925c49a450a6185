"""CSV as people have it: any usual encoding and delimiter, quoted line breaks, rows that are too short or too long."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from files.problems import FileProblem

DELIMITERS = ",;\t|"
SAMPLE = 64 * 1024
LONGEST_CELL = 100_000


class CsvTable:
    """Streams; holds one row at a time."""

    most_rows: int | None = None

    def __init__(self, path: Path) -> None:
        self._path, self._size, self._read = path, max(1, path.stat().st_size), 0
        self._ended = False
        self._encoding = _encoding(path)
        csv.field_size_limit(LONGEST_CELL)
        try:
            self._delimiter = self._sniffed()
            self.columns = self._header()
        except UnicodeError:
            raise FileProblem("file.no_table", name=path.name) from None

    def progress(self) -> float:
        return min(1.0, self._read / self._size)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        width = len(self.columns)
        for number, cells in self._records():
            if number > 1 and any(cells):
                yield number, cells if len(cells) >= width else [*cells, *[""] * (width - len(cells))]

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        with self._path.open(encoding=self._encoding, newline="") as lines:
            reader = csv.reader(self._counted(lines), delimiter=self._delimiter)
            number, line = 0, 1
            try:
                for number, cells in enumerate(reader, start=1):
                    if self._ended:
                        raise FileProblem("file.bad_quotes", row=number, line=line)
                    yield number, cells
                    line = reader.line_num + 1
            except csv.Error:
                raise FileProblem("file.bad_quotes", row=number + 1, line=reader.line_num) from None
            except UnicodeError:
                raise FileProblem("file.no_table", name=self._path.name) from None

    def _counted(self, lines: Iterator[str]) -> Iterator[str]:
        """A reader that asks for more lines than there are stands inside of quotes, and has swallowed the rest."""
        self._ended = False
        for line in lines:
            self._read += len(line)
            yield line
        self._ended = True

    def _header(self) -> list[str]:
        for _, cells in self._records():
            columns = [cell.strip() for cell in cells]
            if not any(columns):
                break
            if any(ord(letter) < ord(" ") and letter not in "\t\r\n" for cell in columns for letter in cell):
                raise FileProblem("file.no_table", name=self._path.name)
            return columns
        raise FileProblem("file.no_header", name=self._path.name)

    def _sniffed(self) -> str:
        """The delimiter that the header line holds most often outside of quotes."""
        with self._path.open(encoding=self._encoding, newline="") as lines:
            head = lines.read(SAMPLE)
        outside = "".join(head.splitlines()[:1]).split('"')[::2]
        counts = {delimiter: sum(part.count(delimiter) for part in outside) for delimiter in DELIMITERS}
        best = max(counts, key=lambda delimiter: counts[delimiter])
        return best if counts[best] else ","


def _encoding(path: Path) -> str:
    """UTF-8 if the whole file is, UTF-16 by its mark, else Windows-1252, in which every byte means something."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        head = file.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        try:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252" if _is_cp1252(path) else "latin-1"
    return "utf-8-sig"


def _is_cp1252(path: Path) -> bool:
    undefined = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if any(byte in chunk for byte in undefined):
                return False
    return True
