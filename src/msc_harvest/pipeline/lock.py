"""One writer at a time on one home."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from msc_harvest.errors import LockHeld, MscHarvestError
from msc_harvest.paths import Home


@contextmanager
def only_writer(home: Home, now: datetime) -> Iterator[None]:
    """Hold the home's lock. Raises LockHeld, naming the holder, when another process has it."""
    try:
        home.root.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise MscHarvestError(
            f"the home {home.root} cannot be made ({problem.strerror}); choose another with --home"
        ) from None
    lock = FileLock(home.lock)
    holder = home.lock.with_name(home.lock.name + ".holder")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LockHeld(
            f"another run {_who(holder)} is at work on {home.root}; wait for it to end, then try again"
        ) from None
    except OSError as problem:
        raise MscHarvestError(
            f"the home {home.root} cannot be written ({problem.strerror}); choose another with --home"
        ) from None
    try:
        holder.write_text(
            json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": f"{now:%Y-%m-%d %H:%M:%S} UTC"})
        )
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _who(holder: Path) -> str:
    try:
        facts = json.loads(holder.read_text(encoding="utf-8"))
        return f"(pid {facts['pid']} on {facts['host']}, since {facts['since']})"
    except (OSError, ValueError, KeyError):
        return "(just starting)"
