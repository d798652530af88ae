"""The HTTP client of a live harvest, made from settings and the machine's clocks."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_state_path

from msc_harvest import __version__, interruption
from msc_harvest.http import Client, Limits
from msc_harvest.model import Exchanged
from msc_harvest.paths import Home
from msc_harvest.settings import Settings

# The longest sleep in one piece. A signal may be taken by another thread, and would not end a sleep of this one.
NAP_SECONDS = 0.25


def client(
    settings: Settings,
    home: Home,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    record: Callable[[Exchanged], None] | None = None,
) -> Client:
    """A client that shares its request budget with every process of this user: services count addresses and keys, not
    homes. `record` gets every request, for the run's ledger."""
    return Client(
        user_agent=f"msc-harvest/{__version__}",
        state=_budget(home),
        sleep=sleep,
        monotonic=monotonic,
        wall_clock=lambda: datetime.now(UTC),
        contact=settings.email,
        api_key=settings.ncbi_api_key,
        limits=limits,
        record=record,
    )


def sleep(seconds: float) -> None:
    """Sleep so long, and end within a quarter of a second of a signal."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, NAP_SECONDS))
        interruption.check()


def monotonic() -> float:
    """Seconds on a clock that all processes of this machine share."""
    return time.monotonic()


def _budget(home: Home) -> Path:
    """Folder of the request budgets: the user's own, or the home's where the user has none that can be written."""
    folder = user_state_path("msc-harvest", appauthor=False) / "requests"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return folder if os.access(folder, os.W_OK) else home.state
    except OSError:
        return home.state
