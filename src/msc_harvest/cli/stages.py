"""The stages as commands run them: under the home's lock, with progress, and what came of them told."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msc_harvest.cli.context import now
from msc_harvest.cli.logs import tell
from msc_harvest.errors import UsageError
from msc_harvest.paths import Home, assets

if TYPE_CHECKING:
    from msc_harvest.archive import Harvested, Manifest


@contextmanager
def writer(home: Home, arguments: argparse.Namespace) -> Iterator[None]:
    """Be the only one who writes to this home while the block runs; `lock_timeout` says how long to wait for that.

    Raises LockHeld when another run is at work, UsageError for a time that is none.
    """
    if not 0 <= arguments.lock_timeout < float("inf"):
        raise UsageError("--lock-timeout must be a number of seconds, 0 or more")
    from msc_harvest.pipeline.lock import only_writer

    with only_writer(home, now(), arguments.lock_timeout) as hold:
        if hold.took_over:
            tell(f"the lock that {hold.took_over} left behind was taken over")
        yield


def harvest_stage(home: Home, arguments: argparse.Namespace) -> bool:
    """Harvest and tell what came; True when a source failed while others did not. Call it under `writer`."""
    from msc_harvest.archive import RequestLog
    from msc_harvest.cli.narrate import Narrator
    from msc_harvest.cli.network import client
    from msc_harvest.connectors import connectors
    from msc_harvest.pipeline import harvesting, strategies
    from msc_harvest.settings import Settings

    settings = Settings.from_environment(os.environ)
    chosen = strategies.load(assets() / "queries", arguments.strategy, arguments.source)
    wish = harvesting.Wish(arguments.full, arguments.force)
    run_id = harvesting.free_run_id(home, now())
    with (
        RequestLog(home, run_id) as ledger,
        client(settings, home, record=ledger) as polite,
        Narrator() as progress,
    ):
        manifest = harvesting.harvest(home, polite, settings, connectors(), chosen, now, progress, wish, run_id)
    _tell_harvest(manifest)
    if ledger.dropped:
        tell(f"{ledger.dropped} line(s) of the request ledger could not be written; free space for {home.root}")
    return manifest.status == "failed"


def build_stage(home: Home, target: Path, *, sample: bool, as_of: datetime | None, force: bool) -> None:
    """Build `target` from the archive (or the sample) and tell what was found. Call it under `writer`."""
    from msc_harvest.cli.narrate import Narrator
    from msc_harvest.connectors import connectors
    from msc_harvest.pipeline import holdings
    from msc_harvest.pipeline.building import build
    from msc_harvest.pipeline.estimating.ledger import EstimateLedger

    known = connectors()
    with Narrator() as progress:
        held = holdings.sample(assets(), known) if sample else holdings.archived(home)
        moment = now().replace(tzinfo=None)
        # A copy elsewhere says nothing about whether the published warehouse could be built, and is not published.
        state = home.state if target == home.warehouse else None
        estimates = EstimateLedger(home.estimates, is_kept=target == home.warehouse)
        built = build(
            target, assets(), held, known, moment, progress, as_of, force=force, state=state, estimates=estimates
        )
    tell(f"built {target} from the {built.data_origin}: {built.n_records} records, {built.n_rejected} rejected")
    if built.n_drift:
        tell(f"{built.n_drift} source path(s) the dictionary does not know; see ops.schema_drift")
    for gate in built.forced:
        tell(f"published by --force although {gate.check.name}: {gate.example}")
    for warning in built.warnings:
        tell(f"{warning.check.name}: {warning.n_rows} row(s), first {warning.example}")
    if not sample:
        _tell_recall(target)


def export_stage(home: Home, folder: Path, views: list[str]) -> None:
    """Write the out views as CSV files to `folder` and tell how many."""
    from msc_harvest.cli.narrate import Narrator
    from msc_harvest.pipeline.export import export as export_views

    with Narrator() as progress:
        exported = export_views(home.warehouse, folder, views, progress)
    tell(f"wrote {len(exported.files)} CSV file(s) from the {exported.data_origin} to {exported.folder}")


def summary(home: Home) -> None:
    """The one-screen answer by organ on stdout."""
    from msc_harvest.cli.show import table
    from msc_harvest.warehouse.inspect import build_facts, read_summary

    facts = build_facts(home.warehouse)
    print(f"Summary by organ ({facts.data_origin}, build {facts.build_id})")
    table(read_summary(home.warehouse).rename(lambda name: name.removeprefix("n_").replace("_", " ")))
    print("e/n (a of b): e of n people given MSC alone, in a of b studies with a report; crude sums, no meta-analysis")
    tell("next: msc-harvest sql 'FROM out.safety_by_organ', or open the warehouse in DuckDB: " + str(home.warehouse))
    if facts.data_origin != "harvest":
        tell(
            "these are the records shipped with the program, not a harvest; for the live services: "
            "msc-harvest --home DIR run"
        )


def _tell_recall(warehouse: Path) -> None:
    """How many of the records that any search must find this one found. The sample was made of such records: there it
    would say nothing about a search."""
    from msc_harvest.warehouse.recall import read_recall

    for row in read_recall(warehouse).iter_rows(named=True):
        place = f"{row['organ_name']}, {row['source']}"
        if not row["is_searched"]:
            tell(f"{place}: not searched, {row['n_known']} known records")
            continue
        interval = f"95 % CI {100 * row['prop_ci_low']:.0f}–{100 * row['prop_ci_high']:.0f} %"
        missed = f"; missed: {row['missed_ids']}" if row["missed_ids"] else ""
        tell(f"{place}: {row['n_found']} of {row['n_known']} known records found ({interval}){missed}")


def _tell_harvest(manifest: Manifest) -> None:
    for one in manifest.harvests:
        place = f"{one.source} / {one.strategy}"
        tell(f"{place}: {_counts(one)}", run_id=manifest.run_id, source=one.source, strategy=one.strategy)
        for warning in one.warnings:
            tell(f"{place}: {warning}")
        if one.error:
            tell(f"{place}: {one.error}")


def _counts(one: Harvested) -> str:
    listed = [] if one.expected is None else [f"{one.expected} listed"]
    parts = [*listed, f"{one.seen} fetched", f"{one.new} new", f"{one.changed} changed", f"{one.unchanged} unchanged"]
    if one.removed:
        parts.append(f"{one.removed} withdrawn")
    if one.left:
        parts.append(f"{one.left} no longer in the answer (harvest --full withdraws them)")
    if one.missing:
        parts.append(f"{len(one.missing)} missing")
    return ", ".join(parts)
