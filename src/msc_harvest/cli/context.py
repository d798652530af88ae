"""Where and when a command runs: the home it was given, and the present moment."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, date, datetime, time
from pathlib import Path

from msc_harvest.errors import UsageError
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


def start_of_day(flag: str, text: str | None) -> datetime | None:
    """Midnight at which the day named by a flag begins; None when the flag was not given.

    Raises UsageError for a text that is no day.
    """
    if text is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time())
    except ValueError:
        raise UsageError(f"{flag} {text} is not a day; write YYYY-MM-DD") from None


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)
