"""Ad-hoc SQL is one read-only SELECT, sealed off. Fault matrix F19."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb
import pytest

from msc_harvest.errors import QueryRefused, WarehouseError
from msc_harvest.warehouse.adhoc import own_rows, select
from msc_harvest.warehouse.connect import damaged
from msc_harvest.warehouse.publish import building

ATTACKS = [
    "INSERT INTO out.number VALUES (9)",
    "UPDATE out.number SET n = 9",
    "DELETE FROM out.number",
    "CREATE TABLE mine (n INTEGER)",
    "CREATE TEMP VIEW number AS SELECT 9 AS n",
    "CREATE TEMP MACRO sum(x) AS 0",
    "DROP TABLE out.number",
    "ALTER TABLE out.number ADD COLUMN m INTEGER",
    "COPY (SELECT 1) TO 'stolen.csv'",
    "COPY out.number FROM 'stolen.csv'",
    "EXPORT DATABASE 'stolen'",
    "ATTACH 'other.duckdb'",
    "DETACH memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET threads = 1",
    "RESET threads",
    "PRAGMA enable_profiling",
    "CALL pragma_version()",
    "CHECKPOINT",
    "PREPARE q AS SELECT 1",
    "BEGIN TRANSACTION",
    "VACUUM",
    "USE out",
    "CREATE SECRET s (TYPE s3)",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_parquet('x.parquet')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_blob('https://example.org/x')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM duckdb_secrets()",
    "SELECT getenv('HOME')",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE out.number",
    "",
    "-- only a remark",
    "SELEC 1",
    "SELECT * FROM no_such_table",
    "FROM frame",
]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "w.duckdb"
    with building(path) as connection:
        connection.execute("CREATE SCHEMA out")
        connection.execute("CREATE TABLE out.number AS SELECT 1 AS n UNION ALL SELECT 2")
    return path


@pytest.mark.parametrize("query", ATTACKS)
def test_refused_with_one_line_and_nothing_changed(
    query: str, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(warehouse.parent)
    frame = [1, 2, 3]  # a Python variable that a query must not see
    before = hashlib.sha256(warehouse.read_bytes()).hexdigest()
    with pytest.raises(QueryRefused) as refusal:
        select(warehouse, query)
    assert "\n" not in str(refusal.value) and len(str(refusal.value)) > 10
    assert "root:" not in str(refusal.value)
    assert hashlib.sha256(warehouse.read_bytes()).hexdigest() == before
    assert sorted(path.name for path in warehouse.parent.iterdir()) == ["w.duckdb"]
    assert frame


@pytest.mark.parametrize(
    "query",
    [
        "SELECT n FROM out.number ORDER BY n",
        "FROM out.number ORDER BY n",
        "WITH a AS (FROM out.number) FROM a ORDER BY n",
    ],
)
def test_a_select_answers(query: str, warehouse: Path) -> None:
    assert select(warehouse, query)["n"].to_list() == [1, 2]


def test_a_query_that_runs_too_long_is_stopped(warehouse: Path) -> None:
    with pytest.raises(QueryRefused, match=r"longer than 0\.2 s"):
        select(
            warehouse,
            "SELECT count(*) FROM range(100000000000) a, range(1000) b WHERE a.range % 7 = b.range % 11",
            timeout_seconds=0.2,
        )


def test_no_warehouse_names_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="run --sample"):
        select(tmp_path / "none.duckdb", "SELECT 1")


@pytest.mark.parametrize("content", [b"", b"junk" * 4096])
def test_a_damaged_warehouse_names_the_remedy(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "w.duckdb"
    path.write_bytes(content)
    with pytest.raises(WarehouseError, match="rebuild it with: msc-harvest build"):
        select(path, "SELECT 1")


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("Could not set lock on file: Conflicting lock is held in python (PID 7)", "close it there and try again"),
        ("No space left on device", "free space and try again"),
        ("it is not a valid DuckDB database file", "rebuild it with: msc-harvest build"),
    ],
)
def test_the_remedy_fits_what_is_wrong_with_the_file(reason: str, remedy: str) -> None:
    told = str(damaged(Path("w.duckdb"), duckdb.IOException(reason)))
    assert told.startswith(f"w.duckdb cannot be read ({reason}); ") and told.endswith(remedy)


def test_a_question_of_ours_that_a_file_cannot_answer_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE mine (a INTEGER)")
        connection.execute("INSERT INTO mine VALUES (1)")
    assert own_rows(path, "SELECT a FROM mine", ["a"]) == [{"a": 1}]
    for query, needed in (("SELECT b FROM mine", ()), ("SELECT a FROM yours", ()), ("SELECT a FROM mine", ["b"])):
        with pytest.raises(WarehouseError, match="built by another msc-harvest"):
            own_rows(path, query, needed)
