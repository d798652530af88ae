"""The recall self-test of a published warehouse: what any search must find, and what this one found."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from msc_harvest.errors import WarehouseError
from msc_harvest.warehouse.connect import open_sealed


def read_recall(path: Path) -> pl.DataFrame:
    """One row per organ and source that has known records: out.recall_by_organ in the vocabulary's order.

    Raises WarehouseError when there is no warehouse, or one built before there was a self-test.
    """
    with open_sealed(path) as connection:
        try:
            return pl.DataFrame(connection.sql("SELECT * FROM out.recall_by_organ WHERE n_known > 0"))
        except duckdb.CatalogException:
            raise WarehouseError(
                f"{path.name} was built before there was a recall self-test; run: msc-harvest build"
            ) from None
