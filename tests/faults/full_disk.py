"""Every command on a disk that fills up: `python -m tests.faults.full_disk FOLDER KIND`, in a process of its own.

KIND is `disk` where FOLDER is a file system that may be filled, or `limit` where no file may grow beyond a size. It
prints one JSON object: what each step ended with, said and left behind.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import random
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from msc_harvest.archive import Archive
from msc_harvest.cli import main
from msc_harvest.connectors import connectors
from msc_harvest.paths import Home
from tests.standin import StandIn
from tests.standin.records import studies_in

SOURCE = "clinicaltrials_gov"
# What is left free, too little for a segment, a warehouse, an export; manifests fit into the first two.
FOR_SEGMENT, FOR_WAREHOUSE, FOR_EXPORT = 61_440, 1_000_000, 512

Full = Callable[[int], contextlib.AbstractContextManager[None]]


def filling(folder: Path) -> Full:
    """Fill the file system of `folder` but for so many bytes."""

    @contextlib.contextmanager
    def full(left: int) -> Iterator[None]:
        free = os.statvfs(folder)
        with (folder / "ballast").open("wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, max(free.f_bavail * free.f_frsize - left, 1))
        yield
        (folder / "ballast").unlink()

    return full


@contextlib.contextmanager
def limiting(left: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes. (Python ignores the signal that comes with it.)"""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (left, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class Scenario:
    """The commands on one home, and what is found there."""

    def __init__(self, home: Path) -> None:
        self.home = Home(home)
        self.steps: dict[str, dict[str, Any]] = {}

    def step(self, name: str, *words: str) -> None:
        """Run one command and keep how it ended, what it said, and what stands in the home afterwards."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(["--home", str(self.home.root), *words])
        self.steps[name] = {"code": code, "err": err.getvalue(), **self._found()}

    def _found(self) -> dict[str, Any]:
        exports = sorted(self.home.exports.glob("*"))
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in exports)).hexdigest() if exports else None
        half = [path.name for path in self.home.root.rglob("*") if ".tmp" in path.name or ".building" in path.name]
        archived = sum(segment.rows for segment in Archive(self.home).segments())
        return {"archived": archived, "built": self._built(), "exports": digest, "half": half}

    def _built(self) -> int | None:
        """Record versions that a reader of the warehouse sees; None without one."""
        if not self.home.warehouse.exists():
            return None
        out, query = io.StringIO(), "SELECT count(*) AS n FROM raw.record_version"
        with contextlib.redirect_stdout(out):
            assert main(["--home", str(self.home.root), "sql", "--format", "csv", query]) == 0
        return int(out.getvalue().split()[-1])


def changed(body: bytes, dice: random.Random) -> bytes:
    """The study a few days later, with a summary that no packing makes small."""
    study = json.loads(body)
    study["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"] = {"date": "2026-09-10", "type": "ACTUAL"}
    study["protocolSection"]["descriptionModule"]["briefSummary"] = dice.randbytes(2_000).hex()
    return json.dumps(study).encode()


def play(scenario: Scenario, full: Full) -> None:
    """Each command once with room, once without, once with room again."""
    studies, dice = studies_in(), random.Random(4)
    harvest = ("harvest", "--source", SOURCE)
    with service(studies):
        scenario.step("first harvest", *harvest)
    scenario.step("first build", "build")
    scenario.step("first export", "export")
    with service([changed(body, dice) for body in studies]):
        with full(FOR_SEGMENT):
            scenario.step("full harvest", *harvest)
        scenario.step("harvest", *harvest)
    with full(FOR_WAREHOUSE):
        scenario.step("full build", "build")
    scenario.step("build", "build")
    with full(FOR_EXPORT):
        scenario.step("full export", "export")
    scenario.step("export", "export")


@contextlib.contextmanager
def service(studies: list[bytes]) -> Iterator[None]:
    """The stand-in, where the program looks for the register."""
    with StandIn(studies=studies) as standin:
        os.environ["MSC_HARVEST_CTGOV_URL"] = standin.ctgov_url
        yield


if __name__ == "__main__":
    folder, kind = Path(sys.argv[1]), sys.argv[2]
    os.environ["XDG_CACHE_HOME"] = os.environ["XDG_STATE_HOME"] = str(folder)
    for connector in connectors().values():
        type(connector).requests_per_second = 1000.0
    played = Scenario(folder / "home")
    play(played, filling(folder) if kind == "disk" else limiting)
    sys.stdout.write(json.dumps({"n_studies": len(studies_in()), "steps": played.steps}))
