"""Build aside, rename at the end: readers never see half a warehouse."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import pytest

from msc_harvest.errors import ChecksFailed, WarehouseError
from msc_harvest.warehouse.publish import building


def fill(path: Path, n: int) -> None:
    with building(path) as connection:
        connection.execute(f"CREATE TABLE t AS SELECT {n} AS n")


def value(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        return int(connection.execute("SELECT n FROM t").fetchall()[0][0])


def test_a_clean_exit_publishes_one_file(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    fill(path, 1)
    fill(path, 2)
    assert value(path) == 2
    assert [file.name for file in tmp_path.iterdir()] == ["w.duckdb"]


@pytest.mark.parametrize("failure", [ChecksFailed("no"), KeyboardInterrupt(), ValueError("x")])
def test_any_failure_leaves_the_old_warehouse(tmp_path: Path, failure: BaseException) -> None:
    path = tmp_path / "w.duckdb"
    fill(path, 1)
    with pytest.raises(type(failure)), building(path) as connection:
        connection.execute("CREATE TABLE t AS SELECT 2 AS n")
        raise failure
    assert value(path) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["w.duckdb"]


def test_an_interruption_within_a_statement_is_an_interruption(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), building(tmp_path / "w.duckdb") as connection:
        timer = threading.Timer(0.1, connection.interrupt)
        timer.start()
        connection.execute("SELECT count(*) FROM range(100000000000) a, range(1000) b WHERE a.range % 7 = b.range % 11")
    assert list(tmp_path.iterdir()) == []


def test_a_reader_keeps_its_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    fill(path, 1)
    with duckdb.connect(str(path), read_only=True) as reader:
        fill(path, 2)
        assert reader.execute("SELECT n FROM t").fetchall() == [(1,)]


def test_wrong_sql_is_told_in_one_line(tmp_path: Path) -> None:
    with (
        pytest.raises(WarehouseError, match="the old warehouse is untouched") as told,
        building(tmp_path / "w.duckdb") as connection,
    ):
        connection.execute("SELECT nothing FROM nowhere")
    assert "\n" not in str(told.value)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WarehouseError, match="could not be written"), building(tmp_path / "file" / "w.duckdb"):
        pass


def test_the_file_opens_in_the_long_term_duckdb(tmp_path: Path) -> None:
    fill(tmp_path / "w.duckdb", 1)
    with duckdb.connect(str(tmp_path / "w.duckdb"), read_only=True) as connection:
        tags = connection.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'w'").fetchall()[0][0]
    assert tags["storage_version"].startswith("v1.4")


@pytest.mark.parametrize("place", ["before_truncate", "before_header", "after_free_list_write", "before_wal_finish"])
def test_a_checkpoint_cut_short_publishes_nothing(tmp_path: Path, place: str) -> None:
    path = tmp_path / "w.duckdb"
    fill(path, 1)
    with pytest.raises(WarehouseError, match="free space and run: msc-harvest build"), building(path) as connection:
        connection.execute("CREATE TABLE t AS SELECT 2 AS n")
        connection.execute(f"SET debug_checkpoint_abort = '{place}'")
    assert value(path) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["w.duckdb"]
