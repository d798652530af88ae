"""The data dictionary: every table and column the warehouse holds, read from warehouse/schema/*.csv.

Columns of those files: `table` (qualified), `column` (`*` for the table itself), `type` (DuckDB), `role` (words from
`key`, `required`, `ref:<schema.table>`), `source_path` (where in the source's record the value comes from; empty for
our own), `reads` (how the text is read, see the connector), `definition` (becomes the COMMENT).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from msc_harvest import paths
from msc_harvest.errors import SettingsError

HEADER = ["table", "column", "type", "role", "source_path", "reads", "definition"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: DuckDB type, role words, where it comes from, what it means."""

    name: str
    type: str
    role: frozenset[str]
    source_path: str
    reads: str
    definition: str

    @property
    def refers_to(self) -> str | None:
        """Qualified table in which this column's value must exist under the same name, or None."""
        return next((word[4:] for word in self.role if word.startswith("ref:")), None)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: qualified name, the source paths its rows stand for, and its columns in order."""

    name: str
    source_path: str
    definition: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the columns that together are unique."""
        return tuple(column.name for column in self.columns if "key" in column.role)


@cache
def tables(name: str) -> tuple[Table, ...]:
    """Tables declared in warehouse/schema/<name>.csv, in file order. Raises SettingsError for a malformed file."""
    return _read(paths.assets() / "warehouse" / "schema" / f"{name}.csv")


def table(name: str) -> Table:
    """The declared table of that qualified name. Raises KeyError when there is none."""
    return {one.name: one for one in every_table()}[name]


def every_table() -> tuple[Table, ...]:
    """All declared tables, files in name order."""
    folder = paths.assets() / "warehouse" / "schema"
    return tuple(
        table for path in sorted(folder.glob("*.csv")) if path.stem != "unmapped" for table in tables(path.stem)
    )


def unmapped() -> dict[tuple[str, str], str]:
    """(source, path) → reason, for source paths that are deliberately not mapped to a column."""
    with (paths.assets() / "warehouse" / "schema" / "unmapped.csv").open(encoding="utf-8", newline="") as lines:
        return {(row["source"], row["path"]): row["reason"] for row in csv.DictReader(lines)}


def _read(path: Path) -> tuple[Table, ...]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if reader.fieldnames != HEADER:
            raise SettingsError(f"{path.name}: header must be {','.join(HEADER)}")
        heads: dict[str, dict[str, str]] = {}
        columns: dict[str, list[Column]] = {}
        for row in reader:
            if row["column"] == "*":
                heads[row["table"]] = row
                columns[row["table"]] = []
            elif row["table"] not in heads:
                raise SettingsError(
                    f"{path.name} line {reader.line_num}: {row['table']} has no '*' row above its columns"
                )
            else:
                columns[row["table"]].append(_column(row))
    return tuple(
        Table(name, head["source_path"], head["definition"], tuple(columns[name])) for name, head in heads.items()
    )


def _column(row: dict[str, str]) -> Column:
    role = frozenset(row["role"].split())
    return Column(row["column"], row["type"], role, row["source_path"], row["reads"], row["definition"])
