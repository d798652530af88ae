"""The profile of a warehouse: how many records and studies it holds and how full its columns are.

It is written into every file at build, so that the next build can be compared with what readers have now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from msc_harvest import dictionary
from msc_harvest.errors import WarehouseError
from msc_harvest.warehouse.connect import Connection, open_sealed
from msc_harvest.warehouse.tables import frame_of, insert_frame

_TABLE = "ops.column_profile"


@dataclass(frozen=True, slots=True)
class Fullness:
    """Rows of a table, and in how many of them one column is NULL."""

    n_rows: int
    n_null: int


@dataclass(frozen=True, slots=True)
class Profile:
    """What one build holds.

    `n_records` are current records by source, `n_studies` rows of study.study, `columns` the fullness by (table,
    column). `as_of` (UTC) is NULL for a build that used all that was known.
    """

    data_origin: str
    as_of: datetime | None
    n_records: Mapping[str, int]
    n_studies: int
    columns: Mapping[tuple[str, str], Fullness]


def measure(connection: Connection) -> None:
    """Fill ops.column_profile: one query per table of core."""
    rows = [
        (table.name, column, n_rows, n_rows - n_filled)
        for table in dictionary.every_table()
        if table.name.startswith("core.")
        for n_rows, counts in [_counts(connection, table)]
        for column, n_filled in counts.items()
    ]
    insert_frame(connection, _TABLE, frame_of(dictionary.table(_TABLE), rows))


def read(connection: Connection) -> Profile:
    """The profile of the warehouse behind `connection`, after `measure`. Raises duckdb.Error for one without."""
    [(data_origin, as_of)] = connection.execute("SELECT data_origin, as_of FROM ops.build").fetchall()
    records = connection.execute(
        "SELECT source, count(*) FROM raw.record_version WHERE is_current GROUP BY source"
    ).fetchall()
    [(n_studies,)] = connection.execute("SELECT count(*) FROM study.study").fetchall()
    columns = connection.execute(f"SELECT table_name, column_name, n_rows, n_null FROM {_TABLE}").fetchall()
    return Profile(
        data_origin,
        as_of,
        dict(records),
        n_studies,
        {(table, column): Fullness(n_rows, n_null) for table, column, n_rows, n_null in columns},
    )


def published(path: Path) -> Profile:
    """The profile of a published file, read through a sealed connection.

    Raises WarehouseError when the file is missing, damaged, in use by a writer, or from a version without profiles.
    """
    try:
        with open_sealed(path) as connection:
            return read(connection)
    except (duckdb.Error, ValueError) as problem:
        reason = " ".join(str(problem).split())[:200]
        raise WarehouseError(f"{path.name} holds no profile to compare with ({reason})") from None


def _counts(connection: Connection, table: dictionary.Table) -> tuple[int, dict[str, int]]:
    """(rows, column → rows in which it is not NULL)."""
    names = [column.name for column in table.columns]
    counts = ", ".join(f'count("{name}")' for name in names)
    [(n_rows, *filled)] = connection.execute(f"SELECT count(*), {counts} FROM {table.name}").fetchall()
    return n_rows, dict(zip(names, filled, strict=True))
