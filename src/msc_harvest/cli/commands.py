"""One function per command: settings and stage calls in, text out, exit code back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from msc_harvest.cli.context import home_of, start_of_day
from msc_harvest.cli.logs import tell
from msc_harvest.cli.stages import build_stage, export_stage, harvest_stage, summary, writer
from msc_harvest.errors import MscHarvestError, UsageError

DONE = 0
SOME_SOURCES_FAILED = 4


def run(arguments: argparse.Namespace) -> int:
    """harvest (unless --sample), build, export, and a summary by organ on stdout."""
    home = home_of(arguments)
    if arguments.sample and (arguments.source or arguments.strategy or arguments.full):
        raise UsageError("--sample reads the shipped records only; leave out --source, --strategy and --full")
    with writer(home, arguments):
        failed = False if arguments.sample else harvest_stage(home, arguments)
        build_stage(home, home.warehouse, sample=arguments.sample, as_of=None, force=arguments.force)
        export_stage(home, home.exports, [])
    summary(home)
    return SOME_SOURCES_FAILED if failed else DONE


def harvest(arguments: argparse.Namespace) -> int:
    """Ask the sources and archive what is new."""
    home = home_of(arguments)
    with writer(home, arguments):
        failed = harvest_stage(home, arguments)
    tell("next: msc-harvest build")
    return SOME_SOURCES_FAILED if failed else DONE


def build(arguments: argparse.Namespace) -> int:
    """Build the warehouse from the archive."""
    home = home_of(arguments)
    target = Path(arguments.to).expanduser().absolute() if arguments.to else home.warehouse
    with writer(home, arguments):
        as_of = start_of_day("--as-of", arguments.as_of)
        if as_of:
            as_of += timedelta(days=1, microseconds=-1)
        build_stage(home, target, sample=arguments.sample, as_of=as_of, force=arguments.force)
    tell("next: msc-harvest export, or: msc-harvest sql 'FROM out.safety_by_organ'")
    return DONE


def export(arguments: argparse.Namespace) -> int:
    """Write the out views as CSV files."""
    home = home_of(arguments)
    export_stage(home, Path(arguments.to).expanduser().absolute() if arguments.to else home.exports, arguments.view)
    tell("next: read ABOUT.md beside the files; it says what each holds")
    return DONE


def sql(arguments: argparse.Namespace) -> int:
    """Run one read-only SELECT."""
    from msc_harvest.cli.show import show
    from msc_harvest.warehouse.adhoc import select

    if (arguments.query is None) == (arguments.file is None):
        raise UsageError("give one SELECT, either as the argument or with --file")
    if arguments.timeout <= 0:
        raise UsageError("--timeout must be above 0 seconds")
    query = arguments.query if arguments.query is not None else _read_query(arguments.file)
    show(select(home_of(arguments).warehouse, query, arguments.timeout), arguments.format)
    return DONE


def status(arguments: argparse.Namespace) -> int:
    """What is here and what comes next."""
    from msc_harvest.cli.status import show_status

    show_status(home_of(arguments), as_json=arguments.json)
    return DONE


def why(arguments: argparse.Namespace) -> int:
    """The walk from a figure home."""
    from msc_harvest.cli.why import why

    return why(arguments)


def sheet(arguments: argparse.Namespace) -> int:
    """Check a sheet that people filled in."""
    from msc_harvest.cli.sheet import sheet

    return sheet(arguments)


def changes(arguments: argparse.Namespace) -> int:
    """What is new for a clinician."""
    from msc_harvest.cli.changes import changes

    return changes(arguments)


def review(arguments: argparse.Namespace) -> int:
    """What needs a person."""
    from msc_harvest.cli.review import review

    return review(arguments)


def evaluate(arguments: argparse.Namespace) -> int:
    """Compare scope and concepts with labels."""
    from msc_harvest.cli.evaluate import evaluate

    return evaluate(arguments)


def schedule(arguments: argparse.Namespace) -> int:
    """Print a unit for a scheduler."""
    from msc_harvest.cli.schedule import schedule

    return schedule(arguments)


def doctor(arguments: argparse.Namespace) -> int:
    """Examine the home, and mend what is safe."""
    from msc_harvest.cli.doctor import doctor

    return doctor(arguments)


def pool(arguments: argparse.Namespace) -> int:
    """Pool studies of the warehouse, or a user's own."""
    from msc_harvest.cli.pool import pool

    return pool(arguments)


def replay(arguments: argparse.Namespace) -> int:
    """Recompute a published meta-analysis."""
    from msc_harvest.cli.replay import replay

    return replay(arguments)


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": run,
    "harvest": harvest,
    "build": build,
    "export": export,
    "sql": sql,
    "why": why,
    "sheet": sheet,
    "changes": changes,
    "evaluate": evaluate,
    "review": review,
    "pool": pool,
    "replay": replay,
    "status": status,
    "schedule": schedule,
    "doctor": doctor,
}


def _read_query(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as problem:
        raise UsageError(f"the query file {name} cannot be read ({problem.strerror})") from None
    except UnicodeDecodeError:
        raise MscHarvestError(f"the query file {name} is not UTF-8 text; save it as UTF-8") from None
