"""What the doctor is given, and what it finds."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from msc_harvest.model import Progress
from msc_harvest.paths import Home

Severity = Literal["ok", "info", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `check` is a stable code, `what` one line of what was seen (and done about it), `remedy` one line of
    what to do ("" when there is nothing to do). `fixed`: it was repaired just now."""

    check: str
    severity: Severity
    what: str
    remedy: str = ""
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Reached:
    """One source that was asked. `words` are its answer or what went wrong; `clock_ahead` is how far this machine's
    clock was ahead of the source's when the answer came (None: the answer bears no date)."""

    source: str
    ok: bool
    words: str
    clock_ahead: timedelta | None = None


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True)
class Patient:
    """A home and what surrounds it.

    `environment` are the environment variables, `assets` the shipped files, `now` the present moment (aware). `probe`
    asks each source one thing (None: stay offline). With `fix`, what is safe is repaired; `rebuild` then makes the
    warehouse anew from the archive and raises MscHarvestError when it cannot. `machine` and `free_bytes` are asked for
    the host's name and the free space of a folder's disk.
    """

    home: Home
    environment: Mapping[str, str]
    assets: Path
    now: datetime
    progress: Progress
    probe: Callable[[], Sequence[Reached]] | None = None
    fix: bool = False
    rebuild: Callable[[], object] | None = None
    machine: Callable[[], str] = socket.gethostname
    free_bytes: Callable[[Path], int] = _free_bytes


def is_well(findings: Iterable[Finding]) -> bool:
    """Whether nothing is failing, or has been repaired."""
    return not any(one.severity == "fail" and not one.fixed for one in findings)
