"""From typed rows to readers' views: vocabulary, SQL files in order, computed columns, comments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import polars as pl

from msc_harvest.dictionary import Table, every_table
from msc_harvest.errors import SettingsError
from msc_harvest.warehouse.connect import MACHINE
from msc_harvest.warehouse.sql_files import SqlFile, in_build_order, read_folder
from msc_harvest.warehouse.tables import ArrowTable, load_csv, quoted, together

# A Python function that adds columns to the rows of a SQL file; statistics that SQL cannot compute.
Compute = Callable[[pl.DataFrame], pl.DataFrame]


# A full disk and Ctrl-C also arrive while some file is read, and say nothing about it.
_NOT_THE_FILE = (*MACHINE, duckdb.InterruptException)


def load_signed_files(connection: duckdb.DuckDBPyConnection, assets: Path) -> None:
    """Load warehouse/vocab/*.csv and warehouse/curated/*.csv into the tables of the same names.

    Raises SettingsError naming the file and line that do not fit their declared table.
    """
    with together(connection):
        for table in every_table():
            if table.name.partition(".")[0] in ("vocab", "curated"):
                _load_one(connection, table, assets)


def _load_one(connection: duckdb.DuckDBPyConnection, table: Table, assets: Path) -> None:
    file = f"warehouse/{table.name.replace('.', '/')}.csv"
    if not (assets / file).is_file():
        raise SettingsError(f"{file} is missing; restore it from the checkout or the wheel")
    try:
        load_csv(connection, table, str(assets / file))
    except _NOT_THE_FILE:
        raise
    except duckdb.Error as problem:
        reason = " ".join(str(problem).split())[:300]
        raise SettingsError(f"{file} does not fit its declaration: {reason}") from None


def derive(connection: duckdb.DuckDBPyConnection, queries: Path, computes: Mapping[str, Compute]) -> list[str]:
    """Build every file below `queries` in dependency order: tables for concept, study, evidence and synth, views for
    out.

    A file whose header says `compute: <name>` is the input of that function, and its table holds the function's result.
    Returns the names in the order built. Raises SettingsError when the name is unknown.
    """
    ordered = in_build_order(read_folder(queries))
    for file in ordered:
        _build_one(connection, file, computes)
    with together(connection):
        for file in ordered:
            kind = "VIEW" if file.is_view else "TABLE"
            connection.execute(f"COMMENT ON {kind} {file.name} IS {quoted(file.comment)}")
    return [file.name for file in ordered]


def _build_one(connection: duckdb.DuckDBPyConnection, file: SqlFile, computes: Mapping[str, Compute]) -> None:
    wanted = file.header.get("compute")
    try:
        if wanted:
            if wanted not in computes:
                raise SettingsError(
                    f"{file.name} asks for the unknown function {wanted}; known: {', '.join(sorted(computes))}"
                )
            result = computes[wanted](pl.DataFrame(connection.sql(file.text)))
            connection.register("incoming", ArrowTable(result))
            connection.execute(f"CREATE TABLE {file.name} AS SELECT * FROM incoming ORDER BY ALL")
            connection.unregister("incoming")
        else:
            connection.execute(f"CREATE {'VIEW' if file.is_view else 'TABLE'} {file.name} AS\n{file.text}")
    except _NOT_THE_FILE:
        raise
    except duckdb.Error as problem:
        reason = " ".join(str(problem).split())[:400]
        raise SettingsError(f"queries/{file.name.replace('.', '/')}.sql cannot be built: {reason}") from None
