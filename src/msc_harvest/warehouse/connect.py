"""Opening DuckDB: a private file for building, a sealed read-only connection for reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from msc_harvest.errors import WarehouseError

# The name by which other rooms may speak of a connection without importing duckdb.
Connection = duckdb.DuckDBPyConnection

# Files of this storage version open in every DuckDB from 1.4 (its long-term release) on, also when a later one wrote
# them. Older versions of the format take twice the time to compress these texts.
STORAGE_VERSION = "v1.4.0"

# A checkpoint holds a block per column in memory, and there are some 900 columns: blocks of the default 256 KiB would
# need a quarter of a gigabyte for them alone, and leave most of a small warehouse empty.
BLOCK_BYTES = 65_536

# What a damaged file makes of a query; no query has these by itself, as files are out of its reach.
DAMAGE = (duckdb.IOException, duckdb.FatalException)

# What disk, memory and checkpoint make of a statement while a file is written: the statement is not to blame.
MACHINE = (duckdb.IOException, duckdb.FatalException, duckdb.TransactionException, duckdb.OutOfMemoryException)

# What else than building again helps where DuckDB's reason says so.
_REMEDIES = (
    ("No space left", "free space and try again"),
    ("Conflicting lock", "another program has it open for writing: close it there and try again"),
    ("Permission denied", "let this user read it"),
)

_SEALED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
}


def open_new(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection to a new private file at `path`, ready to be filled. An older file of that name is removed."""
    for leftover in (path, path.with_name(path.name + ".wal")):
        leftover.unlink(missing_ok=True)
    connection = duckdb.connect(
        str(path), config={"storage_compatibility_version": STORAGE_VERSION, "default_block_size": BLOCK_BYTES}
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@contextmanager
def bulk_load(connection: Connection) -> Iterator[None]:
    """While many records are loaded, DuckDB keeps to 512 MB: what is written need not stay in memory. Queries
    afterwards have DuckDB's own limit again.

    Measured for 10,000 studies: 128 MB take twice the time; fewer checkpoints (a threshold of 256 MB) save a sixth of
    it and cost half as much memory again.
    """
    connection.execute("SET memory_limit = '512MB'")
    yield
    connection.execute("RESET memory_limit")


def damaged(path: Path, problem: Exception) -> WarehouseError:
    """What to say of a file that DuckDB cannot read: its name, DuckDB's reason, and the remedy."""
    reason = " ".join(str(problem).split())[:200]
    remedy = next((told for words, told in _REMEDIES if words in reason), "rebuild it with: msc-harvest build")
    return WarehouseError(f"{path.name} cannot be read ({reason}); {remedy}")


def built_otherwise(path: Path) -> WarehouseError:
    """What to say of a warehouse that lacks a table or column which this program asks for."""
    return WarehouseError(
        f"{path.name} was built by another msc-harvest, which kept its evidence differently; rebuild it with: "
        "msc-harvest build"
    )


@contextmanager
def open_sealed(path: Path, memory_limit: str = "1GB") -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection that can reach no file, no network, no Python variable and no setting.

    Raises WarehouseError when the file is missing, damaged, locked or from a newer DuckDB: at opening, or when a query
    comes upon a block that is not what was written.
    """
    if not path.is_file():
        raise WarehouseError(
            f"there is no warehouse at {path}; make one with: msc-harvest run --sample (or: msc-harvest run)"
        )
    try:
        connection = duckdb.connect(str(path), read_only=True, config={**_SEALED, "memory_limit": memory_limit})
    except duckdb.Error as problem:
        raise damaged(path, problem) from None
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")
        yield connection
    except DAMAGE as problem:
        raise damaged(path, problem) from None
    finally:
        connection.close()
