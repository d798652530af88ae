"""The same archive and the same files give the same rows and the same CSV bytes, wherever and however. F20–F22."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from msc_harvest.warehouse.inspect import schema_digest

MACHINES = [
    {"TZ": "Asia/Tokyo", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "1"},
    {
        "TZ": "America/St_Johns",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "4242",
        "POLARS_MAX_THREADS": "1",
        "MSC_TEST_THREADS": "1",
    },
]
# DuckDB takes its thread count from the processors it may use; one processor is the other extreme.
RUN = "import os, sys; os.environ.get('MSC_TEST_THREADS') and hasattr(os, 'sched_setaffinity') and os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); from msc_harvest.cli import main; sys.exit(main(sys.argv[1:]))"


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.csv"))}


@pytest.mark.parametrize("machine", MACHINES, ids=["tokyo-turkish", "newfoundland-one-thread"])
def test_another_machine_gives_the_same_bytes(machine: dict[str, str], sample_home: Path, tmp_path: Path) -> None:
    environment = {**os.environ, **machine}
    words = [sys.executable, "-c", RUN, "--home", str(tmp_path), "run", "--sample"]
    subprocess.run(words, env=environment, cwd=tmp_path, check=True, capture_output=True)
    assert digests(tmp_path / "exports") == digests(sample_home / "exports") != {}
    assert schema_digest(tmp_path / "msc_harvest.duckdb") == schema_digest(sample_home / "msc_harvest.duckdb")
