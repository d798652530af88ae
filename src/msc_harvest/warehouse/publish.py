"""Build aside, then put the finished file in place with one atomic rename. Readers keep the snapshot they opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from msc_harvest import durable, interruption
from msc_harvest.errors import WarehouseError
from msc_harvest.processes import process_exists
from msc_harvest.warehouse.connect import MACHINE, open_new


@contextmanager
def building(target: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a private file beside `target`. On a clean exit the file replaces `target`; on any error the old
    warehouse stays and the private file is removed.

    Raises WarehouseError for a full disk or a folder that cannot be written, and for SQL that DuckDB refuses.
    """
    private = target.with_name(f".{target.name}.building-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        connection = open_new(private)
        with interruption.stoppable(connection.interrupt, connection.close, lambda: _remove(private)):
            yield connection
            connection.execute("CHECKPOINT")
        # A log left by another program belongs to the file that goes; beside the new one it would make it unreadable.
        target.with_name(target.name + ".wal").unlink(missing_ok=True)
        durable.settle(private, target)
    except (OSError, *MACHINE) as problem:
        reason = " ".join(str(problem).split())[:300]
        raise WarehouseError(
            f"the new warehouse could not be written ({reason}); the old one is untouched; free space and run: "
            "msc-harvest build"
        ) from None
    except duckdb.InterruptException:
        # Ctrl-C during a statement arrives in DuckDB's own dress.
        raise KeyboardInterrupt from None
    except RuntimeError as problem:
        if isinstance(problem.__cause__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise
    except duckdb.Error as problem:
        reason = " ".join(str(problem).split())[:500]
        raise WarehouseError(f"the build stopped in SQL ({reason}); the old warehouse is untouched") from problem
    finally:
        _remove(private)


def _sweep(target: Path) -> None:
    """Remove what killed builds of this file left; a process that lives may still be at it."""
    for leftover in target.parent.glob(f".{target.name}.building-*"):
        pid = leftover.name.partition(".building-")[2].partition(".")[0]
        if pid.isdecimal() and int(pid) != os.getpid() and not process_exists(int(pid)):
            with suppress(OSError):
                leftover.unlink()


def _remove(private: Path) -> None:
    for leftover in (private, private.with_name(private.name + ".wal")):
        with suppress(OSError):
            leftover.unlink()
