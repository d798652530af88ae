"""`msc-harvest status`: what is here, how the last runs went, what comes next."""

from __future__ import annotations

import json
import sys
from typing import Any

from msc_harvest.archive import read_manifests
from msc_harvest.cli.narrate import printable
from msc_harvest.errors import WarehouseError
from msc_harvest.paths import Home

_RUNS_SHOWN = 5


def show_status(home: Home, *, as_json: bool) -> None:
    """Print the state of a home to stdout, as lines or as one JSON object."""
    facts = _facts(home)
    if as_json:
        json.dump(facts, sys.stdout, ensure_ascii=False, indent=1, default=str)
        sys.stdout.write("\n")
        return
    print(f"home       {facts['home']}")
    print(f"warehouse  {_warehouse_line(facts['warehouse'])}")
    for run in facts["runs"]:
        print(f"run        {printable(_run_line(run))}")
    if not facts["runs"]:
        print("run        none yet")
    print(f"next       {facts['next']}")


def _facts(home: Home) -> dict[str, Any]:
    manifests = read_manifests(home)
    runs = [
        {
            "run_id": manifest.run_id,
            "status": manifest.status,
            "started_at": manifest.started_at,
            "finished_at": manifest.finished_at,
            "searches": [
                {
                    "source": search.source,
                    "strategy": search.strategy,
                    "seen": search.seen,
                    "new": search.new,
                    "changed": search.changed,
                    "unchanged": search.unchanged,
                    "missing": len(search.missing),
                    "warnings": list(search.warnings),
                    "error": search.error,
                }
                for search in manifest.harvests
            ],
        }
        for manifest in manifests[-_RUNS_SHOWN:]
    ]
    warehouse = _warehouse(home)
    return {"home": str(home.root), "warehouse": warehouse, "runs": runs, "next": _next(warehouse, runs)}


def _warehouse(home: Home) -> dict[str, Any]:
    if not home.warehouse.exists():
        return {"state": "absent"}
    from msc_harvest.warehouse.inspect import build_facts

    try:
        built = build_facts(home.warehouse)
    except WarehouseError as problem:
        return {"state": "unreadable", "reason": str(problem)}
    return {
        "state": "present",
        "file": str(home.warehouse),
        "data_origin": built.data_origin,
        "build_id": built.build_id,
        "built_at": built.built_at,
        "n_records": built.n_records,
        "n_rejected": built.n_rejected,
    }


def _next(warehouse: dict[str, Any], runs: list[dict[str, Any]]) -> str:
    """The one command that makes sense now."""
    if runs and runs[-1]["status"] in ("failed", "interrupted", "running"):
        return "msc-harvest harvest  (the last run did not reach its end; what had arrived is kept)"
    if warehouse["state"] == "unreadable":
        return "msc-harvest build  (the warehouse cannot be read; the archive can rebuild it)"
    if warehouse["state"] == "absent":
        return "msc-harvest build" if runs else "msc-harvest run  (or, without a network: msc-harvest run --sample)"
    if runs and runs[-1]["finished_at"] and runs[-1]["finished_at"].replace(tzinfo=None) > warehouse["built_at"]:
        return "msc-harvest build  (the archive is newer than the warehouse)"
    if warehouse["data_origin"] != "harvest":
        return "msc-harvest --home DIR run  (this warehouse holds the embedded sample, not a harvest)"
    return "msc-harvest sql 'FROM out.safety_by_organ'  (all is up to date)"


def _warehouse_line(facts: dict[str, Any]) -> str:
    if facts["state"] != "present":
        return printable(facts.get("reason", "none yet"))
    return (
        f"{facts['file']}: {facts['data_origin']}, build {facts['build_id']} of {facts['built_at']:%Y-%m-%d %H:%M} "
        "UTC, "
        f"{facts['n_records']} records, {facts['n_rejected']} rejected"
    )


def _run_line(run: dict[str, Any]) -> str:
    parts = [
        f"{one['source']}/{one['strategy']} {one['seen']} seen, {one['new']} new, {one['changed']} changed"
        + (f", {one['missing']} missing" if one["missing"] else "")
        + (f", error: {one['error']}" if one["error"] else "")
        for one in run["searches"]
    ]
    return f"{run['run_id']} {run['status']}: " + "; ".join(parts)
