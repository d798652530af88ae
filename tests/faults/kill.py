"""kill -9 at random moments, and at every moment the disk changes: `python -m tests.faults.kill [--times 200]`.

Each round harvests and builds a fresh home over the stand-in, kills the process once on the way, runs the same command
again, and compares what archive and warehouse then hold with a home that nobody disturbed. Prints its count; exit code 1
when a round ends unequal.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import duckdb

from msc_harvest.archive import Archive
from msc_harvest.paths import Home
from tests.standin import StandIn
from tests.standin.records import articles_in, studies_in

ROOT = Path(__file__).resolve().parents[2]
RECORDS = 24
VERBS = ("harvest", "build")


@dataclass(frozen=True, slots=True)
class State:
    """What a home holds, whenever and in however many pieces it came."""

    archive: str
    warehouse: str


class Range:
    """Homes below one folder, worked on by processes that may be killed."""

    def __init__(self, folder: Path, server: StandIn) -> None:
        self._folder = folder
        self._server = server

    def start(self, verb: str, home: Path, *more: str) -> subprocess.Popen[str]:
        """A worker that has imported everything and is about to begin."""
        words = [sys.executable, "-m", "tests.faults.worker", verb, str(home)]
        process = subprocess.Popen(
            [*words, self._server.ctgov_url, self._server.eutils_url, *more],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None and process.stdout.readline() == "begun\n", process.communicate()[1]
        return process

    def complete(self, verb: str, home: Path, *more: str) -> tuple[float, str]:
        """Run to the end; returns its seconds and its last line."""
        process = self.start(verb, home, *more)
        began = time.monotonic()
        told, complaint = process.communicate(timeout=120)
        assert process.returncode == 0, complaint
        return time.monotonic() - began, told.strip()

    def killed(self, verb: str, home: Path, moment: float) -> bool:
        """Run and kill after so many seconds; whether it still ran then."""
        process = self.start(verb, home)
        time.sleep(moment)
        process.kill()
        process.communicate()
        return process.returncode == -9

    def killed_at_step(self, verb: str, home: Path, step: int) -> bool:
        """Run and let it die before its n-th change of the disk; whether it came so far."""
        process = self.start(verb, home, "--die-at", str(step))
        process.communicate(timeout=120)
        return process.returncode == -9

    def fresh(self, after: str, name: str) -> Path:
        """A home on which the verbs before `after` have run undisturbed."""
        home = self._folder / name
        template = self._folder / f"before-{after}"
        if template.exists():
            shutil.copytree(template, home)
        return home


def state_of(home: Path) -> State:
    """Digest of the archive, and of all rows of the warehouse but ledgers, moments and run ids."""
    total = sha256()
    with duckdb.connect(str(home / "msc_harvest.duckdb"), read_only=True) as connection:
        columns = connection.execute(
            "SELECT schema_name, table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
            "WHERE schema_name NOT IN ('ops', 'main', 'out') AND NOT internal AND data_type NOT LIKE 'TIMESTAMP%' AND column_name <> 'run_id' "
            "GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        for schema, table, names in columns:
            listed = ", ".join(f'"{name}"' for name in names)
            rows = connection.execute(f'SELECT {listed} FROM {schema}."{table}" ORDER BY ALL').fetchall()
            total.update(f"{schema}.{table} {rows!r}".encode())
    return State(Archive(Home(home)).digest(), total.hexdigest())


def rounds(times: int, seed: int, folder: Path) -> Counter[str]:
    """Kill `times` at random moments and once at every step; counts by outcome. Prints each round that ends unequal."""
    chance = random.Random(seed)
    counted: Counter[str] = Counter()
    with StandIn(studies=studies_in()[:RECORDS], articles=articles_in()[:RECORDS]) as server:
        field = Range(folder, server)
        undisturbed = folder / "undisturbed"
        seconds: dict[str, float] = {}
        steps: dict[str, int] = {}
        for verb in VERBS:
            if verb == "build":
                shutil.copytree(undisturbed, folder / "before-build")
            seconds[verb], told = field.complete(verb, undisturbed, "--count")
            steps[verb] = int(told.split()[-1])
        expected = state_of(undisturbed)
        print(
            f"undisturbed: harvest {seconds['harvest']:.1f} s, {steps['harvest']} steps; build {seconds['build']:.1f} s, {steps['build']} steps"
        )
        every = [(verb, step) for verb in VERBS for step in range(1, steps[verb] + 1)]
        chosen = every if times >= len(every) else chance.sample(every, times // 2)
        plans: list[tuple[str, int | None]] = [(verb, step) for verb, step in chosen]
        plans += [(chance.choice(VERBS), None) for _ in range(times - len(chosen))] if times > len(chosen) else []
        for number, (verb, step) in enumerate(plans, 1):
            home = field.fresh(verb, f"round-{number}")
            if step is None:
                hit = field.killed(verb, home, chance.uniform(0, seconds[verb]))
            else:
                hit = field.killed_at_step(verb, home, step)
            for again in VERBS[VERBS.index(verb) :]:
                field.complete(again, home)
            equal = state_of(home) == expected
            counted["killed" if hit else "too late"] += 1
            counted["equal" if equal else "UNEQUAL"] += 1
            if not equal:
                print(
                    f"round {number}: {verb} killed {'at random' if step is None else f'before step {step}'}: UNEQUAL, kept in {home}"
                )
            else:
                shutil.rmtree(home)
            if number % 20 == 0:
                print(f"{number} of {len(plans)}: {dict(counted)}", flush=True)
    return counted


def main(words: list[str]) -> int:
    """Run the rounds; exit code 1 when one ended unequal."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kill", description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2026)
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        counted = rounds(asked.times, asked.seed, Path(folder))
    print(
        f"rounds {counted['equal'] + counted['UNEQUAL']}: killed {counted['killed']}, ended before {counted['too late']}, equal {counted['equal']}, unequal {counted['UNEQUAL']}"
    )
    return 1 if counted["UNEQUAL"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
