"""Ad-hoc SQL: exactly one SELECT, read-only, sealed off from files, network and settings, stopped after a time."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from msc_harvest import interruption
from msc_harvest.errors import QueryRefused
from msc_harvest.warehouse.connect import DAMAGE, built_otherwise, open_sealed


def select(path: Path, query: str, timeout_seconds: float = 300.0, memory_limit: str = "1GB") -> pl.DataFrame:
    """The rows of one SELECT over the published warehouse.

    Each call has a connection of its own, so nothing a query does can colour the next. Raises QueryRefused when the
    text is not exactly one SELECT, when DuckDB refuses it, or when it runs longer than `timeout_seconds`;
    WarehouseError when there is no warehouse to read, or it is damaged.
    """
    _one_select(query)
    with open_sealed(path, memory_limit) as connection:
        timer = threading.Timer(timeout_seconds, connection.interrupt)
        timer.start()
        try:
            with interruption.stoppable(connection.interrupt):
                return pl.DataFrame(connection.sql(query))
        except duckdb.InterruptException:
            interruption.check()
            raise QueryRefused(
                f"the query ran longer than {timeout_seconds:g} s and was stopped; narrow it down"
            ) from None
        except DAMAGE:
            raise
        except (duckdb.Error, RuntimeError, pl.exceptions.PolarsError) as problem:
            interruption.check()
            raise QueryRefused(_first_line(problem)) from None
        finally:
            timer.cancel()


def own_rows(path: Path, query: str, needed: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The rows, by column, of a question that this program itself asks. Raises WarehouseError where the file keeps its
    tables in another way, or lacks a column that is `needed`."""
    try:
        frame = select(path, query)
    except QueryRefused as refused:
        if str(refused).startswith(("Catalog Error", "Binder Error")):
            raise built_otherwise(path) from None
        raise
    if not set(needed) <= set(frame.columns):
        raise built_otherwise(path)
    return frame.to_dicts()


def _one_select(query: str) -> None:
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error as problem:
        raise QueryRefused(_first_line(problem)) from None
    if len(statements) != 1:
        raise QueryRefused(f"one SELECT at a time, please; this text holds {len(statements)} statements")
    if statements[0].type != duckdb.StatementType.SELECT:
        kind = statements[0].type.name
        raise QueryRefused(f"only SELECT is allowed here, this is {kind}; the warehouse is read-only")


def _first_line(problem: Exception) -> str:
    """DuckDB's own words on one line, without the picture of the query below them."""
    return " ".join(str(problem).split("\n\nLINE")[0].split())[:400]
