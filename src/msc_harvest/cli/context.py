"""Where and when a command runs: the home it was given, and the present moment."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from msc_harvest.paths import Home, checkout_of


def home_of(arguments: argparse.Namespace) -> Home:
    """The home named by --home, else by MSC_HARVEST_HOME, else warehouse/ of the checkout one stands in, else the
    user's data folder."""
    named = arguments.home or os.environ.get("MSC_HARVEST_HOME")
    if named:
        return Home(Path(named).expanduser().absolute())
    checkout = checkout_of(Path.cwd())
    if checkout:
        return Home(checkout / "warehouse")
    from platformdirs import user_data_path

    return Home(user_data_path("msc-harvest", appauthor=False))


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)
