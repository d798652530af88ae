"""What takes long to make is made once per run of the tests, however many workers share the run.

`once(factory, name, make)` gives a folder of this run that `make` filled. The first worker that asks makes it, the
others wait for it; it gets its name only when it is whole, so that a killed run leaves nothing half-made, and it goes
with the run's temporary folder, so that nothing outlives a change of the sources. Tests only read it: who wants to
write works on `a_copy_of` it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

# A build takes seconds; with other programs at work, minutes.
LONGEST = 900.0


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name` of this run, filled by `make(folder)`. What `make` raises is raised, and the next one tries."""
    base = factory.getbasetemp()
    # The workers' folders lie side by side in the run's own.
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "once"
    shared.mkdir(exist_ok=True)
    place, half = shared / name, shared / f"{name}.half"
    with FileLock(shared / f"{name}.lock", timeout=LONGEST):
        if not place.exists():
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            make(half)
            half.rename(place)
    return place


def a_copy_of(made: Path, place: Path) -> Path:
    """A copy of what was made `once`, at `place`, to be written to."""
    shutil.copytree(made, place)
    return place
