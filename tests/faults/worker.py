"""One harvest or one build in a process of its own, to be killed: `python -m tests.faults.worker VERB HOME CTGOV EUTILS`.

The pipeline is the real one; only the waits between requests are left out, and batches and segments are small, so that a
few dozen records make a run of many steps. It prints `begun` when all is imported and `done` at its end. With
`--die-at N` it kills itself right before the N-th time that something is forced to disk or gets its name; `--count`
prints how many times that was.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msc_harvest import durable
from msc_harvest.connectors import clinicaltrials_gov, connectors, pubmed
from msc_harvest.http import Client
from msc_harvest.paths import Home, assets
from msc_harvest.pipeline import harvesting, holdings, searching, strategies
from msc_harvest.pipeline.building import build
from msc_harvest.pipeline.lock import only_writer
from msc_harvest.settings import Settings
from tests.pipeline.conftest import Silent

BATCH = 5


def main(words: list[str]) -> int:
    """Do what the words say; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.worker")
    parser.add_argument("verb", choices=("harvest", "build"))
    parser.add_argument("home", type=Path)
    parser.add_argument("ctgov")
    parser.add_argument("eutils")
    parser.add_argument("--die-at", type=int, default=0)
    parser.add_argument("--count", action="store_true")
    asked = parser.parse_args(words)
    steps = Steps(asked.die_at)
    steps.watch()
    print("begun", flush=True)
    home = Home(asked.home)
    with only_writer(home, datetime.now(UTC)):
        if asked.verb == "harvest":
            harvest(home, Settings(asked.ctgov, asked.eutils))
        else:
            moment = datetime.now(UTC).replace(tzinfo=None)
            build(home.warehouse, assets(), holdings.archived(home), connectors(), moment, Silent())
    print(f"done {steps.taken}" if asked.count else "done", flush=True)
    return 0


def harvest(home: Home, settings: Settings) -> None:
    """Ask the stand-in everything, without waiting between requests."""
    clinicaltrials_gov.ClinicalTrialsGov.batch = BATCH
    pubmed.PubMed.batch = BATCH
    searching.ROWS_PER_SEGMENT = BATCH
    client = Client(
        user_agent="msc-harvest/killed",
        state=home.state,
        sleep=lambda _: None,
        monotonic=time.monotonic,
        wall_clock=lambda: datetime.now(UTC),
    )
    with client:
        harvesting.harvest(
            home,
            client,
            settings,
            connectors(),
            strategies.load(assets() / "queries"),
            lambda: datetime.now(UTC),
            Silent(),
        )


class Steps:
    """Counts the moments at which the disk is about to change its mind: fsync and rename. Dies at one of them."""

    def __init__(self, die_at: int) -> None:
        self.taken = 0
        self._die_at = die_at

    def watch(self) -> None:
        """Step in before every fsync and every rename of the program."""
        os.fsync = self._before(os.fsync)
        durable.Path.replace = self._before(Path.replace)  # type: ignore[method-assign]

    def _before(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*given: Any) -> Any:
            self.taken += 1
            if self.taken == self._die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given)

        return step


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
