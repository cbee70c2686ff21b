"""A table as another system wrote it: single cells can be changed, and every other byte stays as it is."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import CourseError

_MAX_BYTES = 50_000_000
_DELIMITERS = (",", ";", "\t")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx, and the .xls of Excel
_PAGE = re.compile(rb"\s*<(!doctype|html)", re.IGNORECASE)
_COMMA = re.compile(r"\s*-?[0-9]+,[0-9]{1,4}\s*")
_POINT = re.compile(r"\s*-?[0-9]+\.[0-9]+\s*")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass
class Sheet:
    """A table of text cells.

    Rows are counted as spreadsheets do, the heading is row 1; columns are counted from 0.

    Attributes:
        path: where it was read, for messages.
        encoding: of its text, for example ``utf-8``.
        bom: what stands before the text.
        delimiter: between cells.
    """

    path: Path
    encoding: str
    bom: bytes
    delimiter: str
    _records: list[list[str]] = field(repr=False)  # cells as they are written, with their quotation marks
    _ends: list[str] = field(repr=False)  # what ends each record

    @classmethod
    def read(cls, path: Path, delimiters: Sequence[str] = _DELIMITERS) -> Sheet:
        """Read a sheet.

        Args:
            path: of the file.
            delimiters: that the sheet may use; the one that gives its heading the most cells is taken.

        Raises:
            CourseError: there is no such file, or it is no table of text; the message says what to do.
        """
        try:
            content = path.read_bytes()
        except OSError as problem:
            raise CourseError(
                f"The sheet {path} cannot be read: {problem.strerror}.",
                str(path),
                remedy="Correct its path, or let yourself read it.",
            ) from None
        if len(content) > _MAX_BYTES:
            raise CourseError(f"{path} has {len(content):,} bytes, which is too large for a sheet.", len(content))
        bom, encoding, text = _decoded(content, path)
        tables = [(one, *_records(text, one)) for one in delimiters]
        delimiter, records, ends = max(tables, key=lambda table: len(table[1][0]) if table[1] else 0)
        if not records or not any(cell.strip() for cell in records[0]):
            raise CourseError(f"{path} is empty.", remedy="Download it again.")
        sheet = cls(path, encoding, bom, delimiter, records, ends)
        sheet._refuse_broken_rows()
        return sheet

    @property
    def heading(self) -> list[str]:
        """The cells of the first row."""
        return self.row(1)

    @property
    def rows(self) -> range:
        """The numbers of all rows below the heading."""
        return range(2, len(self._records) + 1)

    def row(self, row: int) -> list[str]:
        """The cells of a row."""
        return [_value(raw) for raw in self._records[row - 1]]

    def value(self, row: int, column: int) -> str:
        """One cell; empty where the row is shorter.

        Args:
            row: as spreadsheets count: 1 is the heading.
            column: from 0.
        """
        record = self._records[row - 1]
        return _value(record[column]) if column < len(record) else ""

    def is_blank(self, row: int) -> bool:
        """Whether a row has nothing but spaces."""
        return not any(cell.strip() for cell in self.row(row))

    def set(self, row: int, column: int, text: str, *, quoted: bool = False) -> None:
        """Change one cell.

        Args:
            row: counted from 1.
            column: counted from 0.
            text: the new content.
            quoted: put it in quotation marks in any case; else where the old content was, or the text needs them.
        """
        record = self._records[row - 1]
        record.extend([""] * (column + 1 - len(record)))
        needed = any(sign in text for sign in (self.delimiter, '"', "\r", "\n"))
        if quoted or needed or record[column].startswith('"'):
            text = '"' + text.replace('"', '""') + '"'
        record[column] = text

    def columns(self, name: str) -> list[int]:
        """The columns whose heading is ``name``, whatever its case and the spaces around it."""
        wanted = name.strip().casefold()
        return [place for place, cell in enumerate(self.heading) if cell.strip().casefold() == wanted]

    def column(self, *names: str) -> int | None:
        """The one column that is called by one of some names; ``None`` where there is none.

        Raises:
            CourseError: two columns are.
        """
        found = sorted({place for name in names for place in self.columns(name)})
        if len(found) > 1:
            where = " and ".join(str(place + 1) for place in found)
            raise CourseError(
                f"{self.path}: columns {where} are both called {self.heading[found[0]]!r}.",
                remedy="Delete the one that is not meant, or download the sheet again.",
            )
        return found[0] if found else None

    def has_decimal_commas(self, columns: Iterable[int]) -> bool:
        """Whether the numbers in some columns are written like 1,50 rather than 1.50."""
        cells = [self.value(row, column) for column in columns for row in self.rows]
        commas = sum(_COMMA.fullmatch(cell) is not None for cell in cells)
        return commas > sum(_POINT.fullmatch(cell) is not None for cell in cells)

    def content(self) -> bytes:
        """The file with all changes."""
        lines = (self.delimiter.join(record) + end for record, end in zip(self._records, self._ends, strict=True))
        return self.bom + "".join(lines).encode(self.encoding)

    def _refuse_broken_rows(self) -> None:
        width = len(self._records[0])
        for row in (1, *self.rows):
            cells = self.row(row)
            if any(cell.strip() for cell in cells[width:]):
                raise CourseError(
                    f"{self.path}, row {row}: it has {len(cells)} cells, the heading has {width}.",
                    len(cells),
                    width,
                    "A text with a separator in it is not in quotation marks: download the sheet again.",
                )
            for column, raw in enumerate(self._records[row - 1]):
                if raw.startswith('"') and not _is_quoted(raw):
                    raise CourseError(
                        f"{self.path}, row {row}, column {self.heading[min(column, width - 1)]!r}: a quotation mark is "
                        "opened and not closed, or text stands behind it.",
                        raw[:80],
                        remedy="Download the sheet again.",
                    )


def number_in(text: str) -> float | None:
    """The number in a cell, with a decimal point or comma; ``None`` where it is none.

    Example:
        >>> number_in(" 1,50 "), number_in("1,234.50"), number_in("EX")
        (1.5, 1234.5, None)
    """
    text = text.strip().replace("\u00a0", "").replace("\u202f", "")
    whole, comma, part = text.rpartition(",")
    if comma and "." not in part:  # the last separator is the decimal one, as in Canvas
        text = f"{whole.replace('.', '').replace(',', '')}.{part}" if part.isdigit() else text
    else:
        text = text.replace(",", "")
    return float(text) if _NUMBER.fullmatch(text) else None


def table(content: Iterable[Sequence[object]]) -> bytes:
    """A table of one's own, as CSV in UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(content)
    return text.getvalue().encode("utf-8", "replace")


def _decoded(content: bytes, path: Path) -> tuple[bytes, str, str]:
    if content.startswith(_WORKBOOKS):
        raise CourseError(f"{path} is an Excel workbook.", remedy="Save it as “CSV UTF-8”, or download it as CSV.")
    if _PAGE.match(content):
        raise CourseError(f"{path} is a web page, such as a form to log in.", remedy="Log in and download it again.")
    bom, encoding = next((pair for pair in _BOMS if content.startswith(pair[0])), (b"", ""))
    if not encoding:
        nulls = content[:400].count(0)
        encoding = "utf-16-le" if nulls and content[1:2] == b"\0" else "utf-16-be" if nulls else "utf-8"
    try:
        text = content[len(bom) :].decode(encoding)
    except UnicodeDecodeError as problem:
        row = content.count(b"\n", 0, problem.start) + 1
        raise CourseError(
            f"{path}, row {row}: this is not {encoding.upper()} text; a spreadsheet program has saved it in another "
            "encoding.",
            content[max(0, problem.start - 20) : problem.start + 20],
            encoding,
            "Save it as “CSV UTF-8”, or download it again and do not open it before.",
        ) from None
    return bom, encoding, text


def _records(text: str, delimiter: str) -> tuple[list[list[str]], list[str]]:
    """The cells as they are written, and what ends each record."""
    records: list[list[str]] = []
    ends: list[str] = []
    record: list[str] = []
    for raw, end in _cells(text, delimiter):
        record.append(raw)
        if end != delimiter:
            records.append(record)
            ends.append(end)
            record = []
    return records, ends


def _cells(text: str, delimiter: str) -> Iterator[tuple[str, str]]:
    """Each cell with its quotation marks, and what follows it: the delimiter, the end of a line, or nothing."""
    plain = f"[^{delimiter}\r\n]*"
    one = re.compile(f'("(?:[^"]|"")*"(?=[{delimiter}\r\n]|\\Z)|{plain})({delimiter}|\r\n|\n|\r|\\Z)')
    place = 0
    end = delimiter
    while place < len(text) or end == delimiter:
        found = one.match(text, place)
        assert found is not None  # the second alternative matches anything
        end = found[2]
        yield found[1], end
        place = found.end()
        if not end:
            break


def _is_quoted(raw: str) -> bool:
    return len(raw) > 1 and raw.endswith('"') and '"' not in raw[1:-1].replace('""', "")


def _value(raw: str) -> str:
    return raw[1:-1].replace('""', '"') if raw.startswith('"') and _is_quoted(raw) else raw
