"""The HTTP client of a live harvest, made from settings and the machine's clocks."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_state_path

from msc_harvest import __version__
from msc_harvest.http import Client
from msc_harvest.paths import Home
from msc_harvest.settings import Settings


def client(settings: Settings, home: Home) -> Client:
    """A client that shares its request budget with every process of this user: services count addresses and keys, not
    homes."""
    return Client(
        user_agent=f"msc-harvest/{__version__}",
        state=_budget(home),
        sleep=time.sleep,
        monotonic=time.monotonic,
        wall_clock=lambda: datetime.now(UTC),
        contact=settings.email,
        api_key=settings.ncbi_api_key,
    )


def _budget(home: Home) -> Path:
    """Folder of the request budgets: the user's own, or the home's where the user has none that can be written."""
    folder = user_state_path("msc-harvest", appauthor=False) / "requests"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return folder if os.access(folder, os.W_OK) else home.state
    except OSError:
        return home.state
