"""Reading a sheet that people filled in: whatever a spreadsheet made of it, with the line of every row.

UTF-8 with or without a byte order mark, commas, semicolons or tabs, any line ends, and Excel's `sep=` line are read.
What a build would read otherwise is noted; what nobody can read without guessing is refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from msc_harvest.errors import UsageError

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


# Roles of vocab.reader_role that rules speak of, and the columns that hold numbers.
READERS, ADJUDICATOR = ("first", "second"), "adjudicator"
NUMBERS = ("n_events", "n_at_risk", "value", "sd")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault: line of the file (the header is line 1), column ("" for the whole row), text there, what is wrong."""

    line: int
    column: str
    value: str
    problem: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: the line it begins on (the header is line 1), its cells by column, and how many cells it has."""

    line: int
    cells: dict[str, str]
    n_cells: int


@dataclass(frozen=True, slots=True)
class SheetFile:
    """Header and rows as text, and what is odd about the file but not wrong (`notes`)."""

    header: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    notes: tuple[str, ...]


def read_sheet(path: Path) -> SheetFile:
    """The rows of a CSV file. Raises UsageError, in one line with the remedy, when it cannot be read as one."""
    text = _text(path)
    notes = []
    first, _, rest = text.partition("\n")
    offset = 0
    delimiter = max(_DELIMITERS, key=first.count)
    if first.strip().lower().startswith("sep="):
        delimiter = first.strip()[4:5] or "\t"
        text, offset = rest, 1
        notes.append("line 1 (sep=) is Excel's own: take it out before a build reads the sheet")
    if delimiter not in _DELIMITERS:
        raise UsageError(f"{path} separates cells with {delimiter!r}; save it as CSV with commas")
    if delimiter != ",":
        notes.append(
            f"cells are separated by {_DELIMITERS[delimiter]}: save with commas before a build reads the sheet"
        )
    lines = []
    try:
        for line in _lines(text, delimiter, offset):
            lines.append(line)
    except csv.Error as problem:
        begins = f"after the row on line {lines[-1][0]}" if lines else "from its first line on"
        why = f"{problem}; a quote without its end?"
        raise UsageError(f"{path} is no CSV file that can be read {begins} ({why}); save it as CSV (UTF-8)") from None
    if not lines:
        raise UsageError(f"{path} is empty; it needs a line with the names of the columns")
    header = tuple(name.strip() for name in lines[0][1])
    if not any(header):
        raise UsageError(f"{path} line {lines[0][0]} is empty; the first line holds the names of the columns")
    rows = [SheetRow(line, dict(zip(header, cells, strict=False)), len(cells)) for line, cells in lines[1:]]
    return SheetFile(header, tuple(rows), tuple(notes))


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise UsageError(f"the file {path} cannot be read ({problem.strerror}); give a CSV file") from None
    if content.startswith(_UTF16) or b"\0" in content[:1000]:
        raise UsageError(f"{path} is no UTF-8 text (UTF-16, or a workbook?); save it as CSV (UTF-8)")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise UsageError(f"{path} line {line} is not UTF-8 text; save it as CSV (UTF-8)") from None


def _lines(text: str, delimiter: str, offset: int) -> Iterator[tuple[int, list[str]]]:
    """(line on which the row begins, its cells); an empty line is a row without cells, but for those at the end."""
    reader = csv.reader(io.StringIO(text.rstrip("\r\n"), newline=""), delimiter=delimiter, strict=True)
    begins = 1 + offset
    for cells in reader:
        yield begins, cells
        begins = reader.line_num + 1 + offset
