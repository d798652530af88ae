"""Record versions into raw.record_version: from archive segments, or from a frame for the embedded sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from msc_harvest.warehouse.tables import ArrowTable, quoted

# Versions are numbered along time over all strategies of a record. A row that repeats the content before it (the same
# record found by two strategies, or a harvest that was resumed) adds no version. A tombstone counts only when no
# strategy lists the record any more: `change` is +1 when a strategy begins to list it, -1 when it ceases to.
_NUMBERED = """
CREATE TEMP TABLE numbered AS
WITH known AS (
    SELECT source, record_id, file_name, file_row, fetched_at, run_id, strategy, kind, content_sha256,
        CASE
            WHEN kind = 'withdrawn' THEN -1
            ELSE 1
        END AS direction,
        lag(kind) OVER (
            PARTITION BY source, record_id, strategy ORDER BY fetched_at, run_id, file_name, file_row
        ) AS kind_before
    FROM received
    WHERE CAST(fetched_at AS TIMESTAMP) <= coalesce(?, TIMESTAMP '9999-12-31')
),
listed AS (
    SELECT *,
        sum(CASE WHEN kind = coalesce(kind_before, 'withdrawn') THEN 0 ELSE direction END) OVER (
            PARTITION BY source, record_id ORDER BY fetched_at, run_id, strategy, file_name, file_row
            ROWS UNBOUNDED PRECEDING
        ) AS n_strategies
    FROM known
),
ordered AS (
    SELECT *,
        lag(content_sha256) OVER along AS previous_sha256,
        row_number() OVER along AS place
    FROM listed
    WHERE kind <> 'withdrawn' OR n_strategies = 0
    WINDOW along AS (PARTITION BY source, record_id ORDER BY fetched_at, run_id, strategy, file_name, file_row)
),
kept AS (
    SELECT * FROM ordered
    WHERE place = 1 OR content_sha256 IS DISTINCT FROM previous_sha256
)
SELECT file_name, file_row, kind,
    CAST(row_number() OVER along AS INTEGER) AS version,
    CAST(lead(fetched_at) OVER along AS TIMESTAMP) AS valid_to
FROM kept
WINDOW along AS (PARTITION BY source, record_id ORDER BY place)
"""

_VERSIONS = """
INSERT INTO raw.record_version BY NAME
SELECT received.source, received.record_id, numbered.version, received.strategy, received.url,
    CAST(received.fetched_at AS TIMESTAMP) AS fetched_at, received.run_id, received.media_type, received.body,
    received.body_sha256, received.content_sha256,
    CAST(received.fetched_at AS TIMESTAMP) AS valid_from, numbered.valid_to,
    numbered.kind = 'withdrawn' AS is_withdrawn,
    numbered.valid_to IS NULL AND numbered.kind <> 'withdrawn' AS is_current
FROM received
JOIN numbered ON numbered.file_name = received.file_name AND numbered.file_row = received.file_row
"""

_STRATEGIES = """
INSERT INTO raw.record_strategy
SELECT source, record_id, strategy
FROM received
WHERE CAST(fetched_at AS TIMESTAMP) <= coalesce(?, TIMESTAMP '9999-12-31')
GROUP BY source, record_id, strategy
HAVING arg_max(kind, (fetched_at, run_id, file_row)) <> 'withdrawn'
"""


def load_segments(connection: duckdb.DuckDBPyConnection, segments: Sequence[Path], as_of: datetime | None) -> int:
    """Fill raw.* from archive segments; versions fetched after `as_of` (UTC, None: no limit) are left out.

    Versions are numbered from the narrow columns of all segments; then bodies are copied segment by segment, so that
    memory holds one segment and not the archive. Returns the number of record versions.
    """
    _receive(connection, segments)
    _number(connection, as_of)
    for segment in segments:
        _receive(connection, [segment])
        connection.execute(_VERSIONS)
    return _finish(connection, "VIEW")


def load_frame(connection: duckdb.DuckDBPyConnection, frame: pl.DataFrame, as_of: datetime | None) -> int:
    """Fill raw.* from one frame with the columns of an archive segment; returns the number of record versions."""
    incoming = frame.with_columns(file_name=pl.lit("frame")).with_row_index("file_row")
    connection.register("incoming", ArrowTable(incoming))
    connection.execute("CREATE TEMP TABLE received AS SELECT * FROM incoming")
    connection.unregister("incoming")
    _number(connection, as_of)
    connection.execute(_VERSIONS)
    return _finish(connection, "TABLE")


def _receive(connection: duckdb.DuckDBPyConnection, segments: Sequence[Path]) -> None:
    """Let the name `received` stand for the rows of these segments."""
    names = ", ".join(quoted(str(path)) for path in segments)
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW received AS SELECT *, filename AS file_name, file_row_number AS file_row "
        f"FROM read_parquet([{names}], filename = true, file_row_number = true)"
    )


def _number(connection: duckdb.DuckDBPyConnection, as_of: datetime | None) -> None:
    connection.execute(_NUMBERED, [as_of])
    connection.execute(_STRATEGIES, [as_of])


def _finish(connection: duckdb.DuckDBPyConnection, kind: str) -> int:
    connection.execute(f"DROP {kind} received")
    connection.execute("DROP TABLE numbered")
    return int(connection.execute("SELECT count(*) FROM raw.record_version").fetchall()[0][0])


def version_bodies(
    connection: duckdb.DuckDBPyConnection, *, are_current: bool, batch: int = 200
) -> Iterator[tuple[str, str, int, str, bytes]]:
    """(source, record_id, version, body_sha256, body) of the current versions, or of those replaced or withdrawn since.

    Tombstones have no body and are left out. Read by row number, so that never more than `batch` bodies are in memory.
    """
    last = connection.execute("SELECT coalesce(max(rowid), -1) FROM raw.record_version").fetchall()[0][0]
    for start in range(0, int(last) + 1, batch):
        yield from connection.execute(
            "SELECT source, record_id, version, body_sha256, body FROM raw.record_version "
            "WHERE is_current = ? AND NOT is_withdrawn AND rowid BETWEEN ? AND ?",
            [are_current, start, start + batch - 1],
        ).fetchall()
