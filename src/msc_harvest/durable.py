"""Put a file in place so that it is either wholly there or not there, also after a power cut.

Segments, manifests, exports and the warehouse all come into being this way. Failures of the disk pass through as
OSError: each room says in its own words what they mean there.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from msc_harvest import interruption

TEMPORARY = ".tmp"


def put(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, force it to disk, and give it its name.

    Whatever goes wrong (OSError for a full disk, say), no temporary file stays and what stood at `path` is untouched.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        with interruption.unbroken():
            path.parent.mkdir(parents=True, exist_ok=True)
            write(temporary)
            settle(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def settle(temporary: Path, path: Path) -> None:
    """Force a finished file to disk, rename it to `path`, and make the new name durable too."""
    with temporary.open("rb+") as written:
        os.fsync(written.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def sweep(folder: Path) -> int:
    """Remove temporary files that a killed writer left in `folder`; returns how many."""
    left_over = list(folder.glob(f"*{TEMPORARY}")) if folder.is_dir() else []
    for file in left_over:
        file.unlink()
    return len(left_over)


def _sync_folder(folder: Path) -> None:
    """Make a name itself durable. Windows cannot open folders, and needs no such call."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
