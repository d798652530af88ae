"""Put a file in place so that it is either wholly there or not there, also after a power cut."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from msc_harvest.errors import ArchiveError

TEMPORARY = ".tmp"


def put(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file beside `path`, force it to disk, and give it its name.

    A failure (disk full, say) leaves no temporary file and whatever stood at `path` untouched; when it comes from the
    operating system it is raised as ArchiveError.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except BaseException as failure:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(failure, OSError):
            reason = failure.strerror or failure
            raise ArchiveError(f"{path} cannot be written ({reason}); free space or choose another --home") from failure
        raise


def sweep(folder: Path) -> int:
    """Remove temporary files that a killed writer left in `folder`; returns how many."""
    left_over = list(folder.glob(f"*{TEMPORARY}")) if folder.is_dir() else []
    for file in left_over:
        file.unlink()
    return len(left_over)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable. Windows cannot open folders, and needs no such call."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
