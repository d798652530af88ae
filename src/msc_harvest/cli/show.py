"""Answers on stdout: tables for people, CSV, JSON and Parquet for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msc_harvest.cli import logs
from msc_harvest.cli.logs import printable

if TYPE_CHECKING:
    import polars as pl

_WIDE = 10_000
_LEAST_WIDTH = 40
# Blanks between two columns of a table.
_BETWEEN = 3


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


def table(frame: pl.DataFrame, spare: Sequence[str] = ()) -> None:
    """A table as wide as the terminal; as wide as its content where stdout is no terminal. Where it does not fit,
    columns of `spare` are left out, the first one first, and named below."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    width = _terminal_width() or _WIDE
    frame, left_out = _fitting(frame, spare, width)
    view = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name, dtype in frame.schema.items():
        view.add_column(Text(printable(name)), justify="right" if dtype.is_numeric() else "left", overflow="fold")
    for row in frame.iter_rows():
        view.add_row(*(Text(_cell(value)) for value in row))
    console = Console(file=sys.stdout, width=width, highlight=False, soft_wrap=False)
    with console.capture() as drawn:
        console.print(view)
    # Written here: rich would end the program by itself, as a failure, when the reader of a pipe goes away.
    sys.stdout.write(drawn.get())
    hidden = f"; too narrow for {', '.join(left_out)}" if left_out else ""
    logs.tell(f"({frame.height} row{'' if frame.height == 1 else 's'}{hidden})")


def _fitting(frame: pl.DataFrame, spare: Sequence[str], width: int) -> tuple[pl.DataFrame, list[str]]:
    """The frame without as many of the `spare` columns as it takes to fit into `width`, and which these are."""
    wide = {name: max([len(name), *(len(_cell(value)) for value in frame[name])]) + _BETWEEN for name in frame.columns}
    left_out: list[str] = []
    for name in spare:
        if name in wide and sum(wide.values()) - _BETWEEN > width:
            del wide[name]
            left_out.append(name)
    return frame.select(list(wide)), left_out


def paragraph(text: str) -> None:
    """Words without control characters: on a terminal broken between words, elsewhere one line."""
    line = printable(text)
    if width := _terminal_width():
        import textwrap

        inner = " " * (len(line) - len(line.lstrip()) + 2)
        line = textwrap.fill(line, width, subsequent_indent=inner, break_long_words=False, break_on_hyphens=False)
    print(line)


def _terminal_width() -> int | None:
    """Columns of the terminal that stdout is; None where it is none."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return max(shutil.get_terminal_size().columns, _LEAST_WIDTH)


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
