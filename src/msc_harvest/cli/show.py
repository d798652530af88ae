"""Answers on stdout: tables for people, CSV, JSON and Parquet for programs."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING

from msc_harvest.cli import logs
from msc_harvest.cli.logs import printable

if TYPE_CHECKING:
    import polars as pl

_WIDE = 10_000


def show(frame: pl.DataFrame, form: str) -> None:
    """Write a frame to stdout as `table`, `csv`, `json` (one array of objects) or `parquet` (bytes)."""
    if form == "table":
        table(frame)
    elif form == "csv":
        from msc_harvest.report.csv_files import neutral

        sys.stdout.write(neutral(frame).write_csv())
    elif form == "json":
        json.dump(frame.to_dicts(), sys.stdout, ensure_ascii=False, default=str, indent=1)
        sys.stdout.write("\n")
    else:
        frame.write_parquet(sys.stdout.buffer)


def table(frame: pl.DataFrame) -> None:
    """A table as wide as the terminal; as wide as its content where stdout is no terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDE
    view = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name, dtype in frame.schema.items():
        view.add_column(Text(printable(name)), justify="right" if dtype.is_numeric() else "left", overflow="fold")
    for row in frame.iter_rows():
        view.add_row(*(Text(_cell(value)) for value in row))
    Console(file=sys.stdout, width=width, highlight=False, soft_wrap=False).print(view)
    logs.tell(f"({frame.height} row{'' if frame.height == 1 else 's'})")


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return printable("; ".join(str(part) for part in value))
    return printable(str(value))
