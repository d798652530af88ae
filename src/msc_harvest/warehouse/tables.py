"""Tables as the dictionary declares them, and rows put into them in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import polars as pl

from msc_harvest.dictionary import Column, Table, every_table
from msc_harvest.model import Row

# What polars must call a column so that DuckDB receives exactly the declared type.
_POLARS: dict[str, Any] = {
    "VARCHAR": pl.String,
    "VARCHAR[]": pl.List(pl.String),
    "INTEGER": pl.Int32,
    "BIGINT": pl.Int64,
    "DOUBLE": pl.Float64,
    "BOOLEAN": pl.Boolean,
    "DATE": pl.Date,
    "TIMESTAMP": pl.Datetime("us"),
    "BLOB": pl.Binary,
}

SCHEMAS = ("raw", "core", "vocab", "curated", "concept", "study", "evidence", "synth", "out", "ops")


class ArrowTable:
    """A polars frame under another name, so that DuckDB reads it through the Arrow interface without pyarrow."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


def create_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every schema and every declared table with its comments. Keys are checked by queries, not by indexes.

    In one transaction: there are some two thousand statements, and a commit waits for the disk.
    """
    with together(connection):
        for schema in SCHEMAS:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for table in every_table():
            columns = ", ".join(f'"{column.name}" {column.type}' for column in table.columns)
            connection.execute(f"CREATE TABLE {table.name} ({columns})")
            connection.execute(f"COMMENT ON TABLE {table.name} IS {quoted(table.definition)}")
            for column in table.columns:
                text = f"{column.definition} [{column.source_path}]" if column.source_path else column.definition
                connection.execute(f'COMMENT ON COLUMN {table.name}."{column.name}" IS {quoted(text)}')


@contextmanager
def together(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """One transaction for all that is done in the block. An error in it leads to no commit: what was done goes with the
    connection."""
    connection.begin()
    yield
    connection.commit()


def quoted(text: str) -> str:
    """An SQL string literal; for statements such as COMMENT ON that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


def frame_of(table: Table, rows: Sequence[Row]) -> pl.DataFrame:
    """Rows (tuples in dictionary order) as a frame with the declared types. Raises TypeError otherwise."""
    columns = zip(*rows, strict=True) if rows else [() for _ in table.columns]
    return pl.DataFrame(
        [_series(column, values) for column, values in zip(table.columns, columns, strict=True)],
    )


def _series(column: Column, values: tuple[Any, ...]) -> pl.Series:
    if column.type != "VARCHAR[]":
        return pl.Series(column.name, values, dtype=_POLARS[column.type])
    # Lists are slow to hand over one by one, and few of them differ: each distinct one goes over once.
    places: dict[tuple[str, ...] | None, int] = {}
    index = [places.setdefault(None if value is None else tuple(value), len(places)) for value in values]
    distinct = pl.Series(
        column.name, [None if one is None else list(one) for one in places], dtype=_POLARS[column.type]
    )
    return distinct.gather(index)


def insert_frame(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Append a frame to a table by column names; columns the frame lacks become NULL."""
    if frame.height:
        connection.register("incoming", ArrowTable(frame))
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")
        connection.unregister("incoming")


class RowBuffer:
    """Collects parsed rows of many records and puts them into their tables a few thousand records at a time."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, tables: Iterable[Table], records_per_flush: int = 2000
    ) -> None:
        self._connection = connection
        self._tables = {table.name: table for table in tables}
        self._rows: dict[str, list[Row]] = {name: [] for name in self._tables}
        self._limit = records_per_flush
        self._records = 0

    def add(self, rows: dict[str, list[Row]]) -> None:
        """Take the rows of one record."""
        for name, some in rows.items():
            self._rows[name].extend(some)
        self._records += 1
        if self._records >= self._limit:
            self.flush()

    def flush(self) -> None:
        """Insert what has been collected, in one transaction."""
        with together(self._connection):
            for name, rows in self._rows.items():
                if rows:
                    insert_frame(self._connection, name, frame_of(self._tables[name], rows))
                    rows.clear()
        self._records = 0


def load_csv(connection: duckdb.DuckDBPyConnection, table: Table, path: str) -> int:
    """Load a signed CSV into its declared table; returns the number of rows.

    Every declared column must be in the header and the reverse. Empty fields are NULL. Raises duckdb.Error, which names
    the line, when a value does not fit its type.
    """
    types = {column.name: column.type for column in table.columns}
    inserted = connection.execute(
        f"INSERT INTO {table.name} BY NAME SELECT * FROM read_csv(?, header = true, columns = ?, delim = ',', "
        "quote = '\"', "
        "escape = '\"', nullstr = '', allow_quoted_nulls = true, strict_mode = true)",
        [path, types],
    )
    return int(inserted.fetchall()[0][0])
