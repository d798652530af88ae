"""Build aside, then put the finished file in place with one atomic rename. Readers keep the snapshot they opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from msc_harvest import durable
from msc_harvest.errors import WarehouseError
from msc_harvest.warehouse.connect import open_new


@contextmanager
def building(target: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a private file beside `target`. On a clean exit the file replaces `target`; on any error the old
    warehouse stays and the private file is removed.

    Raises WarehouseError for a full disk or a folder that cannot be written.
    """
    private = target.with_name(f".{target.name}.building-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        connection = open_new(private)
        try:
            yield connection
            connection.execute("CHECKPOINT")
        finally:
            connection.close()
        durable.settle(private, target)
    except (OSError, duckdb.IOException, duckdb.TransactionException, duckdb.OutOfMemoryException) as problem:
        reason = " ".join(str(problem).split())[:300]
        raise WarehouseError(
            f"the new warehouse could not be written ({reason}); the old one is untouched; free space and run: "
            "msc-harvest build"
        ) from None
    except duckdb.InterruptException:
        # Ctrl-C during a statement arrives in DuckDB's own dress.
        raise KeyboardInterrupt from None
    except duckdb.Error as problem:
        reason = " ".join(str(problem).split())[:500]
        raise WarehouseError(f"the build stopped in SQL ({reason}); the old warehouse is untouched") from problem
    finally:
        for leftover in (private, private.with_name(private.name + ".wal")):
            with suppress(OSError):
                leftover.unlink()
