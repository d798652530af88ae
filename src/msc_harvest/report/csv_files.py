"""CSV exports of the out views: sorted, with their origin in every row, safe to open in a spreadsheet.

A text cell whose first character would start a formula (`= + - @`, their full-width forms, tab, carriage return, NUL)
gets a leading apostrophe, as OWASP ASVS 1.2.10 advises. Numbers stay numbers. Missing values are empty cells, never 0.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from msc_harvest import durable
from msc_harvest.errors import MscHarvestError

_FORMULA_START = r"^[=+\-@\t\r\x00＝＋－＠]"
ORIGIN_COLUMN = "data_origin"


def neutral(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with lists joined by `; ` and formula-like text cells neutralised."""
    columns = []
    for name, dtype in frame.schema.items():
        column = pl.col(name)
        if isinstance(dtype, pl.List):
            column = column.list.eval(pl.element().cast(pl.String)).list.join("; ")
        elif dtype != pl.String:
            continue
        columns.append(pl.when(column.str.contains(_FORMULA_START)).then("'" + column).otherwise(column).alias(name))
    return frame.with_columns(columns)


def write_view(frame: pl.DataFrame, data_origin: str, path: Path) -> int:
    """Write one view as UTF-8 CSV with a last column `data_origin`; returns the number of rows.

    The file appears whole or not at all (temporary name, fsync, rename). Raises MscHarvestError when it cannot be
    written.
    """
    marked = neutral(frame).with_columns(pl.lit(data_origin).alias(ORIGIN_COLUMN))
    write_whole(path, marked.write_csv().encode())
    return frame.height


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step. Raises MscHarvestError naming the file when disk or folder refuses."""
    try:
        durable.put(path, lambda temporary: temporary.write_bytes(content))
    except OSError as problem:
        raise MscHarvestError(
            f"{path} could not be written ({problem.strerror}); an older file of that name is untouched; free space or "
            "choose another folder"
        ) from None
