"""Is the published file whole, who wrote it, and what does it say of itself? Read only.

Columns of ops tables are asked for by what is there: the file may have been written by another version of the program.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import polars as pl

from msc_harvest.errors import WarehouseError
from msc_harvest.warehouse.connect import Connection, open_sealed

State = Literal["absent", "readable", "damaged", "newer", "busy", "denied"]

# The first block of a DuckDB file: a checksum, four letters, the number of the storage version, flags, and the name of
# the library that wrote it.
_HEADER = struct.Struct("<8x4sQ32x32s")
_LETTERS = b"DUCK"


@dataclass(frozen=True, slots=True)
class Health:
    """`state` of the file and, where it is not well, `words` saying why.

    `newer`: in a storage version this DuckDB cannot read; `busy`: another program has it open for writing; `denied`:
    the operating system does not let us read it. `storage` and `library` are what its first block says (None: nothing).
    """

    state: State
    words: str = ""
    storage: int | None = None
    library: str | None = None


def wal_of(path: Path) -> Path:
    """The write-ahead log beside a warehouse: part of the file while it exists. A published warehouse has none."""
    return path.with_name(path.name + ".wal")


def look_at(path: Path) -> Health:
    """Open the file and read what every reader needs first. Raises nothing."""
    if not path.exists():
        return Health("absent")
    try:
        storage, library = _header(path)
    except OSError as problem:
        return Health("denied", f"{path.name} cannot be read ({problem.strerror})")
    try:
        _one(path, "SELECT count(*) FROM duckdb_tables()")
    except WarehouseError as problem:
        words = str(problem).rpartition("; ")[0]
        return Health(_state(words), words, storage, library)
    return Health("readable", "", storage, library)


def read_everything(path: Path, expect: Callable[[int], object], advance: Callable[[], object]) -> None:
    """Read every value of every table, so that each block's checksum is verified.

    `expect` is told the number of tables, `advance` is called after each. Raises WarehouseError at the first damage.
    """
    with _opened(path) as connection:
        tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        expect(len(tables))
        for schema, table in tables:
            name = ".".join('"' + part.replace('"', '""') + '"' for part in (schema, table))
            connection.execute(f"SELECT bit_xor(hash(every)) FROM {name} AS every").fetchall()
            advance()


def build_row(path: Path) -> dict[str, Any]:
    """The row of ops.build by column names. Raises WarehouseError when the file is no warehouse of this program."""
    rows = _rows(path, "SELECT * FROM ops.build")
    if len(rows) != 1:
        raise WarehouseError(f"{path.name} does not say what it was built from; rebuild it with: msc-harvest build")
    return rows[0]


def findings_of_checks(path: Path) -> list[dict[str, Any]]:
    """Rows of ops.check_result that found something, by column names. Raises WarehouseError like `build_row`."""
    return [row for row in _rows(path, "SELECT * FROM ops.check_result") if row.get("n_rows")]


def known_runs(path: Path) -> list[str]:
    """Ids of the harvest runs this file knows, in order. Raises WarehouseError like `build_row`."""
    return [row["run_id"] for row in _rows(path, "SELECT DISTINCT run_id FROM ops.harvest_run ORDER BY run_id")]


def held_versions(path: Path) -> pl.DataFrame:
    """(source, record_id, content_sha256) of every record version. Raises WarehouseError like `build_row`."""
    with _opened(path) as connection:
        found = connection.sql("SELECT source, record_id, content_sha256 FROM raw.record_version ORDER BY ALL")
        return pl.DataFrame(found)


def _header(path: Path) -> tuple[int | None, str | None]:
    with path.open("rb") as file:
        start = file.read(_HEADER.size)
    if len(start) < _HEADER.size:
        return None, None
    letters, storage, library = _HEADER.unpack(start)
    if letters != _LETTERS:
        return None, None
    return storage, library.rstrip(b"\0").decode("ascii", "replace") or None


def _state(words: str) -> State:
    """What kind of refusal DuckDB's words tell of."""
    told = words.lower()
    if "could not set lock" in told or "conflicting lock" in told:
        return "busy"
    if "permission denied" in told or "cannot open file" in told:
        return "denied"
    return "newer" if "version number" in told else "damaged"


def _rows(path: Path, query: str) -> list[dict[str, Any]]:
    with _opened(path) as connection:
        result = connection.execute(query)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _one(path: Path, query: str) -> None:
    with _opened(path) as connection:
        connection.execute(query).fetchall()


@contextmanager
def _opened(path: Path) -> Iterator[Connection]:
    """A sealed connection; what DuckDB cannot read while the block runs becomes a WarehouseError, too."""
    with open_sealed(path) as connection:
        try:
            yield connection
        except duckdb.InterruptException:
            raise KeyboardInterrupt from None
        except duckdb.CatalogException:
            raise WarehouseError(
                f"{path.name} is not a warehouse of this program; rebuild it with: msc-harvest build"
            ) from None
        except (duckdb.Error, UnicodeDecodeError) as damage:
            reason = " ".join(str(damage).split())[:200]
            raise WarehouseError(f"{path.name} is damaged ({reason}); rebuild it with: msc-harvest build") from None
