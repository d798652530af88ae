"""Archive → warehouse, harvesting again, memory, start-up."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb

from msc_harvest import dictionary
from msc_harvest.archive import Archive
from msc_harvest.connectors import connectors
from msc_harvest.model import Reading, Received, Request, Response, Strategy
from msc_harvest.paths import Home
from msc_harvest.pipeline.building import collector_off
from msc_harvest.warehouse import raw
from msc_harvest.warehouse.connect import bulk_load
from msc_harvest.warehouse.publish import building
from msc_harvest.warehouse.tables import RowBuffer, create_all
from tests.benchmarks.inputs import studies
from tests.benchmarks.measure import medians, report, report_at_most
from tests.standin import Registry

N_STUDIES = 6000
N_PER_ROW = 10
SOURCE, STRATEGY = "clinicaltrials_gov", "clinical"
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def fill(home: Home, bodies: list[bytes], run_id: str = "run") -> None:
    """Put studies into an archive as a harvest would."""
    connector = connectors()[SOURCE]
    with Archive(home).writer(run_id, SOURCE, STRATEGY) as writer:
        for body in bodies:
            record_id = re.search(rb"NCT\d{8}", body)[0].decode()  # type: ignore[index]
            writer.add(Received(record_id, body, "u", connector.media_type), connector.content(body), MOMENT)


def load(home: Home) -> None:
    """Record versions with their bodies and all typed tables into a new warehouse file, checkpointed."""
    connector = connectors()[SOURCE]
    with building(home.warehouse) as connection:
        create_all(connection)
        with bulk_load(connection), collector_off():
            raw.load_segments(connection, [segment.path for segment in Archive(home).segments()], None)
            buffer = RowBuffer(connection.cursor(), dictionary.tables(connector.dictionary))
            for *_, body in raw.version_bodies(connection, are_current=True):
                buffer.add(connector.parse(body).rows)
            buffer.flush()


def warehouse() -> None:
    """The whole load with raw kept, against orjson alone and against inserting row by row."""
    import orjson

    bodies = studies(N_STUDIES)
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        fill(home, bodies)

        def floor() -> None:
            for body in bodies:
                orjson.loads(body)

        with duckdb.connect() as memory:
            create_all(memory)
            row_by_row = partial(per_row, memory, bodies[:N_PER_ROW])
            took = medians({"floor": floor, "load": lambda: load(home), "row by row": row_by_row})
    per_study = took["row by row"] / N_PER_ROW
    rate = f"{N_STUDIES / took['load']:,.0f} studies/s"
    report("archive → warehouse with raw kept ÷ orjson per study", took["floor"] / took["load"], 0.10, rate)
    report(
        "archive → warehouse with raw kept ÷ per-row inserts",
        per_study * N_STUDIES / took["load"],
        5,
        f"{1 / per_study:,.0f} studies/s row by row",
    )


def per_row(connection: duckdb.DuckDBPyConnection, bodies: list[bytes]) -> None:
    """The same parsed rows, one INSERT each, in one transaction."""
    connector = connectors()[SOURCE]
    connection.begin()
    for body in bodies:
        for table, rows in connector.parse(body).rows.items():
            for row in rows:
                connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    connection.rollback()


def harvest_again() -> None:
    """First harvest and load, against harvesting the same answer again (hashes compared, nothing written)."""
    bodies = studies(N_STUDIES)
    service = Registry(bodies)

    def fetch(request: Request) -> Response:
        return Response("u", "application/json", service.answer("/" + request.path, request.params).body)

    def search() -> Iterator[Received]:
        found = connectors()[SOURCE].search(
            fetch, Strategy(STRATEGY, SOURCE, "query.term = mesenchymal AND transplantation", "x"), Reading()
        )
        return (item for item in found if isinstance(item, Received))

    def harvest(home: Home) -> None:
        connector = connectors()[SOURCE]
        with Archive(home).writer("run", SOURCE, STRATEGY) as writer:
            for item in search():
                writer.add(item, connector.content(item.body), MOMENT)

    def first() -> None:
        with tempfile.TemporaryDirectory() as folder:
            home = Home(Path(folder))
            harvest(home)
            load(home)

    with tempfile.TemporaryDirectory() as folder:
        known = Home(Path(folder))
        harvest(known)
        took = medians({"first": first, "again": lambda: harvest(known)})
    report(
        "unchanged re-harvest, times faster than the first with its load",
        took["first"] / took["again"],
        5,
        f"{N_STUDIES / took['again']:,.0f} studies/s",
    )


def memory() -> None:
    """Peak resident memory of a process that only loads, for an input and for ten times as much."""
    report_at_most("peak resident memory of a parsing worker, MB", parse_only(2000), 300, "bytes → typed columns")
    ratio = parse_only(20000) / parse_only(2000)
    report_at_most("the same for ten times the input ÷ that", ratio, 1.25)
    peaks = []
    for n in (1000, 10000):
        with tempfile.TemporaryDirectory() as folder:
            home = Home(Path(folder))
            for start in range(0, n, 1000):
                fill(home, studies(1000, start), f"run{start}")
            words = [sys.executable, "-m", "tests.benchmarks.loading", folder]
            peaks.append(int(subprocess.run(words, capture_output=True, text=True, check=True).stdout))
    report_at_most("peak resident memory of a load of 10,000 studies, MB", peaks[1], 300)
    report_at_most("the same ÷ that of 1,000 studies", peaks[1] / peaks[0], 1.25, f"{peaks[0]} MB → {peaks[1]} MB")


def parse_only(n: int) -> int:
    """Peak resident memory, in MB, of a process that turns `n` studies into typed columns and keeps none."""
    words = [sys.executable, "-m", "tests.benchmarks.loading", "--parse", str(n)]
    return int(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


def start_up() -> None:
    """`--help` against a bare interpreter."""
    python = sys.executable

    def spawn(*words: str) -> float:
        import resource

        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([python, *words], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    import statistics

    pairs = [(spawn("-c", "pass"), spawn("-m", "msc_harvest", "--help")) for _ in range(15)]
    ratio = statistics.median(helped for _, helped in pairs) / statistics.median(bare for bare, _ in pairs)
    report_at_most("msc-harvest --help ÷ bare Python", ratio, 4)


def peak_megabytes() -> int:
    """Peak resident memory of this process. Not getrusage: its figure survives exec, so a child would show its parent's."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) // 1024  # type: ignore[index]


if __name__ == "__main__":
    if sys.argv[1] == "--parse":
        from tests.benchmarks.parsing import columns_of

        for begin in range(0, int(sys.argv[2]), 500):
            columns_of(SOURCE, studies(500, begin))
    else:
        load(Home(Path(sys.argv[1])))
    print(peak_megabytes())
