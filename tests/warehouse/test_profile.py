"""The profile of a warehouse: written at build, read back from the published file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from msc_harvest import dictionary
from msc_harvest.errors import WarehouseError
from msc_harvest.warehouse import profile
from msc_harvest.warehouse.profile import Fullness


@pytest.fixture
def filled(empty: Callable[[str], Path]) -> Path:
    path = empty("w.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE study.study AS SELECT 'a' AS study_id")
        connection.execute("INSERT INTO ops.build (data_origin) VALUES ('harvest')")
        connection.execute("INSERT INTO core.trial (nct_id, brief_title) VALUES ('1', 'x'), ('2', NULL), ('3', NULL)")
        connection.execute(
            "INSERT INTO raw.record_version (source, record_id, is_current) "
            "VALUES ('s', '1', TRUE), ('s', '1', FALSE), ('s', '2', TRUE), ('t', '9', FALSE)"
        )
        profile.measure(connection)
    return path


def test_every_column_of_core_is_measured(filled: Path) -> None:
    read = profile.published(filled)
    assert read.columns["core.trial", "nct_id"] == Fullness(3, 0)
    assert read.columns["core.trial", "brief_title"] == Fullness(3, 2)
    assert read.columns["core.publication", "pmid"] == Fullness(0, 0)
    declared = {
        (table.name, column.name)
        for table in dictionary.every_table()
        if table.name.startswith("core.")
        for column in table.columns
    }
    assert read.columns.keys() == declared


def test_only_current_records_are_counted(filled: Path) -> None:
    read = profile.published(filled)
    assert (read.data_origin, read.as_of, read.n_studies) == ("harvest", None, 1)
    assert read.n_records == {"s": 2}


def test_one_query_per_table(filled: Path) -> None:
    class Counting:
        def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
            self.connection, self.asked = connection, [""]

        def __getattr__(self, name: str) -> object:
            return getattr(self.connection, name)

        def execute(self, query: str) -> duckdb.DuckDBPyConnection:
            self.asked.append(query)
            return self.connection.execute(query)

    with duckdb.connect(str(filled)) as connection:
        counting = Counting(connection)
        profile.measure(counting)  # type: ignore[arg-type]
    tables = [table.name for table in dictionary.every_table() if table.name.startswith("core.")]
    assert [query.rpartition(" ")[2] for query in counting.asked if " FROM core." in query] == tables


@pytest.mark.parametrize("damage", ["DROP TABLE ops.column_profile", "DROP TABLE study.study", "DELETE FROM ops.build"])
def test_a_file_that_cannot_be_compared_is_told(filled: Path, damage: str) -> None:
    with duckdb.connect(str(filled)) as connection:
        connection.execute(damage)
    with pytest.raises(WarehouseError, match=r"w\.duckdb holds no profile to compare with") as told:
        profile.published(filled)
    assert "\n" not in str(told.value)


def test_a_file_that_is_no_database_is_told(filled: Path) -> None:
    filled.write_bytes(b"junk")
    with pytest.raises(WarehouseError, match=r"w\.duckdb cannot be read"):
        profile.published(filled)
