"""F2, F3, F6, F7, F8: whatever happens while a warehouse is made, read or exported, readers have a whole one, and the
archive can make it again."""

from __future__ import annotations

import ast
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest

from msc_harvest.errors import MscHarvestError, WarehouseError
from msc_harvest.paths import PACKAGE, Home
from msc_harvest.pipeline.export import export
from msc_harvest.warehouse import publish
from msc_harvest.warehouse.adhoc import select
from msc_harvest.warehouse.connect import Connection
from msc_harvest.warehouse.inspect import build_facts, read_views, schema_digest
from msc_harvest.warehouse.publish import building
from msc_harvest.warehouse.tables import RowBuffer, create_all
from tests.pipeline.conftest import Bench, Silent
from tests.standin import StandIn
from tests.standin.records import articles_in, studies_in

RECORDS = 6
BLOCK = 65_536
# The file begins with three headers of this size.
HEADER = 4_096
CHECKPOINT_FAULTS = ("before_truncate", "before_header", "after_free_list_write", "before_wal_finish")
REMEDY = "rebuild it with: msc-harvest build"


@dataclass(frozen=True)
class Made:
    """A home harvested and built once, and what its warehouse holds."""

    root: Path
    digest: str


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    bench = Bench(tmp_path_factory.mktemp("made"))
    with StandIn(studies=studies_in()[:RECORDS], articles=articles_in()[:RECORDS]) as service:
        bench.harvest(service)
    bench.build()
    return Made(bench.home.root, schema_digest(bench.home.warehouse))


@pytest.fixture
def bench(made: Made, tmp_path: Path) -> Bench:
    """A copy of that home, to be damaged."""
    shutil.copytree(made.root, tmp_path / "home")
    return Bench(tmp_path)


def fill(path: Path, n: int) -> None:
    """Publish a small warehouse that says `n`."""
    with building(path) as connection:
        create_all(connection)
        connection.execute(f"CREATE VIEW out.said AS SELECT {n} AS n")


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def is_one_line(problem: pytest.ExceptionInfo[MscHarvestError]) -> bool:
    return "\n" not in str(problem.value)


# F2: killed in a checkpoint.


def test_f2_a_checkpoint_cut_short_leaves_the_old_warehouse_and_the_next_build_is_whole(
    bench: Bench, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    published, beside = bench.home.warehouse.read_bytes(), files(bench.home.root)
    for place in CHECKPOINT_FAULTS:
        with monkeypatch.context() as patched:
            patched.setattr(publish, "open_new", aborting_at(place))
            with pytest.raises(WarehouseError, match=r"Checkpoint aborted.*the old one is untouched") as told:
                bench.build()
        assert is_one_line(told), place
        assert bench.home.warehouse.read_bytes() == published, place
        assert files(bench.home.root) == beside, "nothing half-made stays"
    bench.build()
    assert schema_digest(bench.home.warehouse) == made.digest


def aborting_at(place: str) -> Callable[[Path], Connection]:
    """An `open_new` whose connection ends like a killed one at that place of a checkpoint."""
    real = publish.open_new

    def opened(path: Path) -> Connection:
        connection = real(path)
        connection.execute(f"SET debug_checkpoint_abort = '{place}'")
        return connection

    return opened


def test_f2_what_a_killed_build_left_is_no_warehouse_and_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    fill(path, 1)
    killed = "from pathlib import Path; import os, signal\nfrom msc_harvest.warehouse.publish import building\n"
    killed += f"with building(Path({str(path)!r})) as c:\n    c.execute('CREATE TABLE t AS SELECT 2 AS n')\n"
    killed += "    os.kill(os.getpid(), signal.SIGKILL)\n"
    assert subprocess.run([sys.executable, "-c", killed], check=False).returncode == -signal.SIGKILL
    assert select(path, "FROM out.said").rows() == [(1,)]
    fill(path, 3)
    assert select(path, "FROM out.said").rows() == [(3,)]


# F3: killed while exporting.

EXPORT = """
import os, signal, sys
from pathlib import Path
from msc_harvest import durable
from msc_harvest.pipeline.export import export
from tests.pipeline.conftest import Silent

warehouse, folder, left, moment = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
settle, write = durable.settle, Path.write_bytes

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def counted(temporary, path):
    global left
    left -= 1
    if left == 0 and moment == "before the rename":
        die()
    settle(temporary, path)
    if left == 0 and moment == "after the rename":
        die()

def half(self, content):
    if left == 1 and moment == "in the middle of the file":
        write(self, content[: len(content) // 2])
        die()
    return write(self, content)

durable.settle, Path.write_bytes = counted, half
export(warehouse, folder, [], Silent())
"""


@pytest.mark.parametrize("moment", ["in the middle of the file", "before the rename", "after the rename"])
def test_f3_killed_while_exporting_each_file_is_the_old_one_or_the_new_one(
    made: Made, tmp_path: Path, moment: str, checkout: Path
) -> None:
    warehouse, folder, reference = Home(made.root).warehouse, tmp_path / "exports", tmp_path / "reference"
    names = [f"{name}.csv" for name, _ in export(warehouse, reference, [], Silent()).files]
    folder.mkdir()
    for name in names[::2]:
        (folder / name).write_bytes(b"old")
    third = [sys.executable, "-c", EXPORT, str(warehouse), str(folder), "3", moment]
    run = subprocess.run(third, check=False, cwd=checkout, capture_output=True)
    assert run.returncode == -signal.SIGKILL, run.stderr.decode()

    new = [name for name in names if (folder / name).exists() and (folder / name).read_bytes() != b"old"]
    assert new == names[: 3 if moment == "after the rename" else 2]
    assert all((folder / name).read_bytes() == (reference / name).read_bytes() for name in new)
    export(warehouse, folder, [], Silent())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in reference.iterdir()
    }


def test_f3_a_rename_that_fails_leaves_the_old_file(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "safety_by_organ.csv").write_bytes(b"old")

    def refuse(self: Path, target: Path) -> None:
        raise OSError(5, os.strerror(5))

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(MscHarvestError, match=r"safety_by_organ\.csv could not be written") as told:
        export(Home(made.root).warehouse, folder, ["safety_by_organ"], Silent())
    assert is_one_line(told)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"safety_by_organ.csv": b"old"}


# F6: a reader during a build.


def test_f6_an_open_reader_keeps_its_snapshot_and_a_new_one_sees_the_new(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    fill(path, 1)
    views = read_views(path, ["said", "said"])
    assert next(views)[1]["n"][0] == 1
    with building(path) as connection:
        create_all(connection)
        connection.execute("CREATE VIEW out.said AS SELECT 2 AS n")
        assert read_elsewhere(path) == "1", "a build at work disturbs no reader"
    assert read_elsewhere(path) == "2"
    assert next(views)[1]["n"][0] == 1, "one export comes from one snapshot, whatever is published meanwhile"
    assert list(views) == []
    assert select(path, "FROM out.said").rows() == [(2,)]


def read_elsewhere(path: Path) -> str:
    """What a new process reads: within one process DuckDB hands out the file it has open already."""
    asked = "import sys; from pathlib import Path; from msc_harvest.warehouse.adhoc import select\n"
    asked += "print(select(Path(sys.argv[1]), 'FROM out.said').item(), end='')"
    return subprocess.run([sys.executable, "-c", asked, str(path)], check=True, capture_output=True, text=True).stdout


# F7: a statement fails inside a transaction.


def test_f7_a_failing_statement_takes_its_transaction_with_it(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    fill(path, 1)
    with pytest.raises(WarehouseError, match="the old warehouse is untouched") as told, building(path) as connection:
        connection.begin()
        connection.execute("CREATE TABLE t (n INTEGER CHECK (n < 2))")
        connection.execute("INSERT INTO t VALUES (2)")
    assert is_one_line(told)
    assert select(path, "FROM out.said").rows() == [(1,)]


def test_f7_rows_of_one_flush_are_there_together_or_not_at_all() -> None:
    from msc_harvest.dictionary import tables

    connection = duckdb.connect()
    create_all(connection)
    two = [table for table in tables("core_publication") if table.name.endswith((".publication_keyword", "_databank"))]
    connection.execute(f"DROP TABLE {two[1].name}")
    connection.execute(f"CREATE TABLE {two[1].name} (other INTEGER)")
    buffer = RowBuffer(connection.cursor(), two)
    buffer.add({table.name: [tuple(None for _ in table.columns)] for table in two})
    with pytest.raises(duckdb.Error):
        buffer.flush()
    assert connection.execute(f"SELECT count(*) FROM {two[0].name}").fetchall() == [(0,)]


def test_f7_no_commit_can_follow_an_error() -> None:
    """DuckDB takes COMMIT after a failed statement without a word, and rolls back. So none may stand where a failure
    leads: in a handler, in a `finally`, or behind a `try` or `suppress` in the same function."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and "commit" in called(function):
                assert not any(isinstance(node, ast.Try | ast.With) for node in ast.walk(function)), (
                    f"{path.name}:{function.name}"
                )


def called(function: ast.FunctionDef) -> set[str]:
    """Methods called in a function, and COMMIT where it is SQL."""
    found = {
        node.func.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    texts = [
        node.value for node in ast.walk(function) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return found | (
        {"commit"}
        if any(text.strip().upper().startswith("COMMIT") and "COMMENT" not in text.upper() for text in texts)
        else set()
    )


# F8: a damaged file.


def flip(content: bytearray, place: int) -> None:
    content[place] ^= 4


def flipped_everywhere(content: bytearray) -> bytes:
    """One bit in each header and in each block."""
    for place in range(HEADER // 2, 3 * HEADER, HEADER):
        flip(content, place)
    for place in range(3 * HEADER + BLOCK // 2, len(content), BLOCK):
        flip(content, place)
    return bytes(content)


def newer(content: bytearray) -> bytes:
    """The number of the storage version, behind the checksum and the letters DUCK, as of a far future."""
    content[12] = 250
    return bytes(content)


DAMAGE: dict[str, Callable[[bytearray], bytes]] = {
    "bits flipped": flipped_everywhere,
    "cut to nine tenths": lambda content: bytes(content[: len(content) * 9 // 10]),
    "cut to half": lambda content: bytes(content[: len(content) // 2]),
    "cut within the header": lambda content: bytes(content[:100]),
    "junk": lambda content: random.Random(8).randbytes(len(content)),
    "no byte": lambda content: b"",
    "newer storage version": newer,
}


def read_all(path: Path, folder: Path) -> dict[str, Callable[[], object]]:
    """Every way a command reads a published file."""
    return {
        "facts": lambda: build_facts(path),
        "select": lambda: select(path, "SELECT md5(body) AS digest FROM raw.record_version ORDER BY ALL"),
        "export": lambda: export(path, folder, [], Silent()),
    }


@pytest.mark.parametrize("kind", DAMAGE)
def test_f8_a_damaged_file_is_named_with_the_remedy_by_every_reader(made: Made, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "w.duckdb"
    path.write_bytes(DAMAGE[kind](bytearray(Home(made.root).warehouse.read_bytes())))
    for reader, read in read_all(path, tmp_path / "exports").items():
        with pytest.raises(WarehouseError) as told:
            read()
        assert "w.duckdb cannot be read" in str(told.value) and REMEDY in str(told.value), reader
        assert is_one_line(told)
    assert not (tmp_path / "exports").exists()


def test_f8_one_flipped_bit_never_gives_a_wrong_answer(made: Made, tmp_path: Path) -> None:
    """Forty places at random: each reader gives what stands in the whole file, or says that the file is damaged."""
    whole = Home(made.root).warehouse.read_bytes()
    path, places, n_told = tmp_path / "w.duckdb", random.Random(8), 0
    path.write_bytes(whole)
    truth = {name: repr(read()) for name, read in list(read_all(path, tmp_path).items())[:2]}
    for _ in range(40):
        damaged = bytearray(whole)
        flip(damaged, places.randrange(len(whole)))
        path.write_bytes(bytes(damaged))
        for name, read in list(read_all(path, tmp_path).items())[:2]:
            try:
                assert repr(read()) == truth[name]
            except WarehouseError as problem:
                assert "w.duckdb" in str(problem) and REMEDY in str(problem)
                n_told += 1
    assert n_told


def test_f8_a_damaged_warehouse_is_rebuilt_from_the_archive_with_the_same_content(bench: Bench, made: Made) -> None:
    bench.home.warehouse.write_bytes(b"junk" * 5_000)
    built = bench.build()
    assert schema_digest(bench.home.warehouse) == made.digest
    assert [one.check.name for one in built.warnings if "baseline" in one.check.name] == ["warn_no_baseline"]


def test_f8_a_file_of_somebody_else_is_told_from_a_warehouse(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE mine AS SELECT 1 AS n")
    with pytest.raises(WarehouseError, match=r"w\.duckdb is a DuckDB file, but no warehouse of this program"):
        build_facts(path)
    assert select(path, "FROM mine").equals(pl.DataFrame({"n": [1]}, schema={"n": pl.Int32}))
