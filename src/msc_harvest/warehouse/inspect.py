"""Small questions the command line asks of a published warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from msc_harvest.errors import WarehouseError
from msc_harvest.warehouse.connect import open_sealed


@dataclass(frozen=True, slots=True)
class BuildFacts:
    """The row of ops.build that readers care about."""

    build_id: str
    data_origin: str
    built_at: datetime
    n_records: int
    n_rejected: int


def build_facts(path: Path) -> BuildFacts:
    """What the published file was built from. Raises WarehouseError when it cannot be read or is none of ours."""
    import duckdb

    with open_sealed(path) as connection:
        try:
            [row] = connection.execute(
                "SELECT build_id, data_origin, built_at, n_records, n_rejected FROM ops.build"
            ).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException, ValueError):
            raise WarehouseError(
                f"{path.name} is a DuckDB file, but no warehouse of this program; move it away, then: msc-harvest build"
            ) from None
    return BuildFacts(*row)


def out_views(path: Path) -> list[tuple[str, str]]:
    """(name, comment) of every view of schema out, by name."""
    with open_sealed(path) as connection:
        return connection.execute(
            "SELECT view_name, coalesce(comment, '') FROM duckdb_views() WHERE schema_name = 'out' ORDER BY view_name"
        ).fetchall()


def read_views(path: Path, names: Iterable[str]) -> Iterator[tuple[str, pl.DataFrame]]:
    """(name, rows) of each named out view, sorted by all columns so that equal data gives equal bytes.

    All come from one connection: from one snapshot, whatever is published meanwhile.
    """
    with open_sealed(path) as connection:
        for name in names:
            yield name, pl.DataFrame(connection.sql(f'SELECT * FROM out."{name}" ORDER BY ALL'))


# Tables that remember what was published before: no function of records and files.
REMEMBERED = ("synth.estimate_history",)


def schema_digest(path: Path, skip: tuple[str, ...] = ("ops",)) -> str:
    """SHA-256 over the rows of every table outside the skipped schemas: the logical content, whatever the file's bytes.

    DuckDB files are never byte-identical, so equality of two builds is told by this. REMEMBERED tables are left out.
    """
    import hashlib

    digest = hashlib.sha256()
    with open_sealed(path) as connection:
        names = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT list_contains(?, schema_name) "
            "AND NOT list_contains(?, schema_name || '.' || table_name) ORDER BY ALL",
            [list(skip), list(REMEMBERED)],
        ).fetchall()
        for schema, table in names:
            rows = connection.execute(
                "SELECT sha256(coalesce(string_agg(line, chr(10) ORDER BY line), '')) "
                f'FROM (SELECT CAST(rows AS VARCHAR) AS line FROM {schema}."{table}" AS rows)'
            ).fetchall()[0][0]
            digest.update(f"{schema}.{table} {rows}\n".encode())
    return digest.hexdigest()


def read_summary(path: Path) -> pl.DataFrame:
    """The one-screen answer, one row per organ in vocabulary order: out.summary_by_organ."""
    with open_sealed(path) as connection:
        return pl.DataFrame(
            connection.sql(
                "SELECT * EXCLUDE (sort_order, n_completed, n_with_results) "
                "FROM out.summary_by_organ ORDER BY sort_order"
            )
        )
