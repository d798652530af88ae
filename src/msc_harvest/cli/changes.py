"""`msc-harvest changes`: what a clinician would want to know that the last harvest, or all since a day, has brought."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

from msc_harvest.cli.context import home_of, start_of_day
from msc_harvest.errors import UsageError

FORMS = ("text", "json", "markdown", "atom")


def changes(arguments: argparse.Namespace) -> int:
    """Print what changed from the start of the day --since (default: from the last harvest on that brought anything) to
    the end of the day --until (default: all that is known) to stdout; returns 0, also when nothing changed.

    Raises UsageError for a day that is none or a window that ends before it begins, WarehouseError when there is no
    warehouse.
    """

    since, until = start_of_day("--since", arguments.since), start_of_day("--until", arguments.until)
    if since and until and until < since:
        raise UsageError(f"--until {arguments.until} lies before --since {arguments.since}; exchange the two days")
    from msc_harvest.report.change_forms import render
    from msc_harvest.report.changes import Kind, Window, digest
    from msc_harvest.warehouse.changes_read import read_changes

    until = until + timedelta(days=1) if until else None
    read = read_changes(home_of(arguments).warehouse, since, until)
    window = Window(read.since, until, read.known_until, read.data_origin)
    told = digest(read.events, window, read.organs, (Kind(*kind) for kind in read.kinds))
    sys.stdout.write(render(told, arguments.format))
    return 0
