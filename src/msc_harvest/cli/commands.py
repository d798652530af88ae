"""One function per command: settings and stage calls in, text out, exit code back."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msc_harvest.errors import MscHarvestError, UsageError
from msc_harvest.paths import Home, assets, checkout_of

if TYPE_CHECKING:
    from msc_harvest.archive import Harvested

DONE = 0
SOME_SOURCES_FAILED = 4


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


def run(arguments: argparse.Namespace) -> int:
    """harvest (unless --sample), build, export, and a summary by organ on stdout."""
    home = home_of(arguments)
    if arguments.sample and (arguments.source or arguments.strategy):
        raise UsageError("--sample reads the shipped records only; leave out --source and --strategy")
    failed = False if arguments.sample else _harvest(home, arguments)
    _build(home, sample=arguments.sample, as_of=None)
    _export(home, home.exports, [])
    _summary(home)
    return SOME_SOURCES_FAILED if failed else DONE


def harvest(arguments: argparse.Namespace) -> int:
    """Ask the sources and archive what is new."""
    failed = _harvest(home_of(arguments), arguments)
    _tell("next: msc-harvest build")
    return SOME_SOURCES_FAILED if failed else DONE


def build(arguments: argparse.Namespace) -> int:
    """Build the warehouse from the archive."""
    _build(home_of(arguments), sample=arguments.sample, as_of=_end_of_day(arguments.as_of))
    _tell("next: msc-harvest export, or: msc-harvest sql 'FROM out.safety_by_organ'")
    return DONE


def export(arguments: argparse.Namespace) -> int:
    """Write the out views as CSV files."""
    home = home_of(arguments)
    _export(home, Path(arguments.to).expanduser().absolute() if arguments.to else home.exports, arguments.view)
    _tell("next: read ABOUT.md beside the files; it says what each holds")
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


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": run,
    "harvest": harvest,
    "build": build,
    "export": export,
    "sql": sql,
    "status": status,
}


def _harvest(home: Home, arguments: argparse.Namespace) -> bool:
    """Harvest and tell what came; True when a source failed while others did not."""
    from msc_harvest.cli.narrate import Narrator
    from msc_harvest.cli.network import client
    from msc_harvest.connectors import connectors
    from msc_harvest.pipeline import harvesting, strategies
    from msc_harvest.pipeline.lock import only_writer
    from msc_harvest.settings import Settings

    settings = Settings.from_environment(os.environ)
    chosen = strategies.load(assets() / "queries", arguments.strategy, arguments.source)
    with only_writer(home, now()), client(settings, home) as polite, Narrator() as progress:
        manifest = harvesting.harvest(home, polite, settings, connectors(), chosen, now, progress)
    for one in manifest.harvests:
        _tell(_search_line(one))
    return any(one.status == "failed" for one in manifest.harvests)


def _search_line(one: Harvested) -> str:
    told = f"{one.source} / {one.strategy}: {one.seen} seen, {one.new} new, {one.changed} changed"
    told += f", {one.unchanged} unchanged"
    if one.missing:
        told += f", {len(one.missing)} asked for and not returned"
    if one.warnings:
        told += f"; {len(one.warnings)} warning(s), first: {one.warnings[0]}"
    return told + (f"; stopped: {one.error}" if one.error else "")


def _build(home: Home, *, sample: bool, as_of: datetime | None) -> None:
    from msc_harvest.cli.narrate import Narrator
    from msc_harvest.connectors import connectors
    from msc_harvest.pipeline import holdings
    from msc_harvest.pipeline.building import build as build_warehouse
    from msc_harvest.pipeline.lock import only_writer

    known = connectors()
    with only_writer(home, now()), Narrator() as progress:
        held = holdings.sample(assets(), known) if sample else holdings.archived(home)
        built = build_warehouse(home.warehouse, assets(), held, known, now().replace(tzinfo=None), progress, as_of)
    _tell(
        f"built {home.warehouse} from the {built.data_origin}: {built.n_records} records, {built.n_rejected} rejected"
    )
    if built.n_drift:
        _tell(f"{built.n_drift} source path(s) the dictionary does not know; see ops.schema_drift")
    for warning in built.warnings:
        _tell(f"{warning.check.name}: {warning.n_rows} row(s), first {warning.example}")


def _export(home: Home, folder: Path, views: list[str]) -> None:
    from msc_harvest.cli.narrate import Narrator
    from msc_harvest.pipeline.export import export as export_views

    with Narrator() as progress:
        exported = export_views(home.warehouse, folder, views, progress)
    _tell(f"wrote {len(exported.files)} CSV file(s) from the {exported.data_origin} to {exported.folder}")


def _summary(home: Home) -> None:
    from msc_harvest.cli.show import table
    from msc_harvest.warehouse.inspect import build_facts, read_summary

    facts = build_facts(home.warehouse)
    print(f"Summary by organ ({facts.data_origin}, build {facts.build_id})")
    table(read_summary(home.warehouse).rename(lambda name: name.removeprefix("n_").replace("_", " ")))
    print("e/n (a of b): e of n people given MSC alone, in a of b studies with a report; crude sums, no meta-analysis")
    _tell("next: msc-harvest sql 'FROM out.safety_by_organ', or open the warehouse in DuckDB: " + str(home.warehouse))
    if facts.data_origin != "harvest":
        _tell(
            "these are the records shipped with the program, not a harvest; for the live services: "
            "msc-harvest --home DIR run"
        )


def _end_of_day(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of {text} is not a day; write YYYY-MM-DD") from None
    return datetime.combine(day, time()) + timedelta(days=1, microseconds=-1)


def _read_query(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as problem:
        raise UsageError(f"the query file {name} cannot be read ({problem.strerror})") from None
    except UnicodeDecodeError:
        raise MscHarvestError(f"the query file {name} is not UTF-8 text; save it as UTF-8") from None


def _tell(text: str) -> None:
    from msc_harvest.cli.narrate import printable

    print(printable(text), file=sys.stderr)
