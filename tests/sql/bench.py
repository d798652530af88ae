"""A bench for SQL files: the tables one file reads, filled from the small CSVs of one case folder.

A case folder `tests/sql/<schema>/<name>/<case as a sentence>/` holds
  <schema>.<table>.csv   rows of a table the file reads; columns left out are NULL, an empty field is NULL
  expect.csv             the rows it must return, in any order; only the columns named there are compared; a file whose
                         header names a function (compute) must return them after it
A vocabulary table without a CSV holds the real vocabulary, and the expressions made from it alone (DERIVED) the real
expressions; any other table without a CSV is empty. Where a file reads places of words (MADE_OF), a case may give the
texts instead: lower_text and what vocab.record_field says of a field are then filled in, and the places found.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import polars as pl

from msc_harvest.dictionary import tables
from msc_harvest.pipeline.building import COMPUTES
from msc_harvest.warehouse.sql_files import SqlFile, in_build_order, read_folder
from msc_harvest.warehouse.tables import ArrowTable, create_all, load_csv

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
QUERIES = ROOT / "queries"
VOCABULARY = {table.name: table for table in tables("vocab")}
DERIVED = ("concept.pattern", "concept.organ_pattern", "concept.word_pattern")
MADE_OF = {
    "concept.trial_mention": "concept.trial_text",
    "concept.publication_mention": "concept.publication_text",
}
PLACES = "concept.record_mention"

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One folder: which file it tests, and where its CSVs lie."""

    target: str
    folder: Path

    @property
    def sentence(self) -> str:
        """What the case claims."""
        return self.folder.name.replace("_", " ")


def cases() -> list[Case]:
    """All case folders, by path."""
    found = (path.parent for path in HERE.glob("*/*/*/expect.csv"))
    return [Case(f"{folder.parts[-3]}.{folder.parts[-2]}", folder) for folder in sorted(found)]


def sql_files() -> dict[str, SqlFile]:
    """Every SQL file that is built or checked, by qualified name."""
    return {file.name: file for file in (*read_folder(QUERIES), *read_folder(QUERIES, ("check",)))}


def empty_warehouse() -> dict[str, dict[str, str]]:
    """Types of all columns of all tables and views, from a build without a single row: table → column → type."""
    connection = duckdb.connect()
    create_all(connection)
    for file in in_build_order(read_folder(QUERIES)):
        _result(connection, file, file.name)
    rows = connection.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE NOT internal ORDER BY 1, column_index"
    ).fetchall()
    connection.close()
    types: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        types.setdefault(table, {})[column] = kind
    return types


def outcome(case: Case, file: SqlFile, types: dict[str, dict[str, str]]) -> tuple[list[Cells], list[Cells]]:
    """(rows expected, rows returned) of one case, as sorted text."""
    given = {path.stem: path for path in case.folder.glob("*.csv") if path.stem != "expect"}
    texts = {MADE_OF[table] for table in file.reads & MADE_OF.keys() if table not in given}
    strangers = given.keys() - file.reads - texts
    assert not strangers, f"{case.folder}: {file.name} does not read {', '.join(sorted(strangers))}"
    made_of = {*MADE_OF.values(), PLACES, "vocab.record_field", "concept.pattern"} if texts else set()
    needed = file.reads | made_of
    columns, expected = _read(case.folder / "expect.csv")
    chosen = ", ".join(f"coalesce(CAST(\"{column}\" AS VARCHAR), '')" for column in columns)
    with _blank_sheet() as connection:
        for table in sorted(needed):
            _prepare(connection, table, given.get(table), types[table])
        if texts:
            _find_places(connection, texts)
        _result(connection, file, "returned")
        returned = connection.execute(f"SELECT {chosen} FROM returned").fetchall()
    return sorted(expected), sorted(tuple(row) for row in returned)


@contextmanager
def _blank_sheet() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database of the case's own. (Not a transaction taken back: rows not yet committed have other row ids.)"""
    connection = _stock()
    connection.execute("ATTACH ':memory:' AS sheet")
    connection.execute("USE sheet")
    try:
        yield connection
    finally:
        connection.execute("USE memory")
        connection.execute("DETACH sheet")


@cache
def _stock() -> duckdb.DuckDBPyConnection:
    """The real vocabulary and the real expressions made from it, read once and not for every case."""
    connection = duckdb.connect()
    for name, declared in VOCABULARY.items():
        _create(connection, name, {column.name: column.type for column in declared.columns})
        load_csv(connection, declared, str(ROOT / "warehouse" / f"{name.replace('.', '/')}.csv"))
    connection.execute("CREATE SCHEMA concept")
    for table in DERIVED:
        made = (QUERIES / f"{table.replace('.', '/')}.sql").read_text(encoding="utf-8")
        connection.execute(f"CREATE TABLE {table} AS\n{made}")
    return connection


def _prepare(connection: duckdb.DuckDBPyConnection, table: str, given: Path | None, columns: dict[str, str]) -> None:
    """The table with the rows of the case, else with the real ones where it is vocabulary, else with none."""
    _create(connection, table, columns)
    if given is not None:
        _fill(connection, table, given, columns)
    elif table in VOCABULARY or table in DERIVED:
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM memory.{table}")


def _find_places(connection: duckdb.DuckDBPyConnection, texts: set[str]) -> None:
    """Complete the rows of text tables and fill the tables of places that are made of them."""
    for text in sorted(texts):
        connection.execute(f"UPDATE {text} SET lower_text = lower(text) WHERE lower_text IS NULL")
    connection.execute(
        "UPDATE concept.trial_text SET field_order = known.sort_order, product_tier = known.product_tier, "
        "recipient_tier = known.recipient_tier FROM vocab.record_field AS known "
        "WHERE known.record_source = 'clinicaltrials_gov' AND known.field = trial_text.field"
    )
    for places in (PLACES, *(made for made, text in MADE_OF.items() if text in texts)):
        made = (QUERIES / f"{places.replace('.', '/')}.sql").read_text(encoding="utf-8")
        connection.execute(f"INSERT INTO {places} BY NAME\n{made}")


def _result(connection: duckdb.DuckDBPyConnection, file: SqlFile, table: str) -> None:
    """The rows of a file as a table, after the function that its header names."""
    if "compute" not in file.header:
        connection.execute(f"CREATE TABLE {table} AS\n{file.text}")
        return
    computed = COMPUTES[file.header["compute"]](pl.DataFrame(connection.sql(file.text)))
    connection.register("incoming", ArrowTable(computed))
    connection.execute(f"CREATE TABLE {table} AS SELECT * FROM incoming")
    connection.unregister("incoming")


def _create(connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]) -> None:
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.partition('.')[0]}")
    declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    connection.execute(f"CREATE TABLE {table} ({declared})")


def _fill(connection: duckdb.DuckDBPyConnection, table: str, source: Path, columns: dict[str, str]) -> None:
    header, rows = _read(source)
    unknown = set(header) - columns.keys()
    assert not unknown, f"{source}: {table} has no column {', '.join(sorted(unknown))}"
    _insert(connection, table, header, rows, columns)


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, header: list[str], rows: list[Cells], columns: dict[str, str]
) -> None:
    names = ", ".join(f'"{name}"' for name in header)
    casts = ", ".join(f"CAST(nullif(column{place}, '') AS {columns[name]})" for place, name in enumerate(header))
    if rows:
        holders = ", ".join(f"({', '.join('?' * len(header))})" for _ in rows)
        given = ", ".join(f"column{place}" for place in range(len(header)))
        connection.execute(
            f"INSERT INTO {table} ({names}) SELECT {casts} FROM (VALUES {holders}) AS given ({given})",
            [cell for row in rows for cell in row],
        )


def _read(path: Path) -> tuple[list[str], list[Cells]]:
    with path.open(encoding="utf-8", newline="") as lines:
        header, *rows = list(csv.reader(lines))
    return header, [tuple(row) for row in rows]
