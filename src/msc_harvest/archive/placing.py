"""How the archive puts its files in place: whole, and with the disk's refusal told as an ArchiveError."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msc_harvest import durable
from msc_harvest.errors import ArchiveError


def put(path: Path, write: Callable[[Path], object]) -> None:
    """`durable.put`; raises ArchiveError naming the file when the operating system refuses."""
    try:
        durable.put(path, write)
    except OSError as failure:
        reason = failure.strerror or failure
        raise ArchiveError(f"{path} cannot be written ({reason}); free space or choose another --home") from failure
