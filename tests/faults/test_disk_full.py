"""F4: a full disk ends each command with one clear line, what was there stays readable, and the command repeated with
room ends well."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SIZE = "40m"
MAY_MOUNT = f"mkdir -p '{{0}}' && mount -t tmpfs -o size={SIZE} none '{{0}}'"


def in_namespace(command: str) -> list[str]:
    """A shell in a name space of its own, where anybody may mount; what is mounted goes with it."""
    return ["unshare", "-rm", "sh", "-c", command]


def can_mount(folder: Path) -> bool:
    try:
        return subprocess.run(in_namespace(MAY_MOUNT.format(folder)), capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> dict[str, Any]:
    """The scenario of full_disk.py: on a small file system; where none may be mounted, under a limit for files."""
    folder = tmp_path_factory.mktemp("full")
    kind = "disk" if can_mount(folder) else "limit"
    play = [sys.executable, "-m", "tests.faults.full_disk", str(folder), kind]
    if kind == "disk":
        play = in_namespace(f"{MAY_MOUNT.format(folder)} && exec {' '.join(play)}")
    run = subprocess.run(play, capture_output=True, text=True, check=False, cwd=checkout, timeout=120)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("verb", "named"),
    [("harvest", ".parquet"), ("build", "the new warehouse"), ("export", ".csv")],
)
def test_a_full_disk_is_told_in_one_line(played: dict[str, Any], verb: str, named: str) -> None:
    """Exit code 1; the last line names what could not be written, why, and what to do."""
    ended = played["steps"][f"full {verb}"]
    assert ended["code"] == 1, ended
    told = ended["err"].strip().splitlines()
    assert not [line for line in told if "Traceback" in line or line.startswith("  File")]
    assert named in told[-1] and "free space" in told[-1]
    assert "No space left" in told[-1] or "File too large" in told[-1]
    assert sum("free space" in line for line in told) == 1


def test_what_was_there_stays_readable(played: dict[str, Any]) -> None:
    steps, n = played["steps"], played["n_studies"]
    assert steps["first harvest"]["archived"] == n == steps["first build"]["built"]
    assert steps["full harvest"]["archived"] == n == steps["full harvest"]["built"]
    assert steps["full build"]["archived"] == 2 * n and steps["full build"]["built"] == n
    assert steps["full export"]["exports"] == steps["first export"]["exports"]
    assert steps["full export"]["built"] == 2 * n


@pytest.mark.parametrize("verb", ["harvest", "build", "export"])
def test_nothing_half_made_stays(played: dict[str, Any], verb: str) -> None:
    assert played["steps"][f"full {verb}"]["half"] == []


def test_with_room_the_same_command_ends_well(played: dict[str, Any]) -> None:
    steps = played["steps"]
    for name in ("first harvest", "first build", "first export", "harvest", "build", "export"):
        assert steps[name]["code"] == 0, (name, steps[name])
    assert steps["harvest"]["archived"] == 2 * played["n_studies"] == steps["build"]["built"]
    assert steps["export"]["exports"] != steps["first export"]["exports"]
