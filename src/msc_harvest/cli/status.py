"""`msc-harvest status`: what is here, how far the sources were read, what comes next. Changes nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from msc_harvest.archive import Archive, Manifest
from msc_harvest.archive.integrity import missing, readable_manifests
from msc_harvest.cli import context
from msc_harvest.cli.narrate import printable
from msc_harvest.errors import ArchiveError, MscHarvestError, WarehouseError
from msc_harvest.paths import Home, assets
from msc_harvest.pipeline import gates, standing, strategies
from msc_harvest.pipeline.lock import at_work
from msc_harvest.warehouse import health

_RUNS_SHOWN = 5


def show_status(home: Home, *, as_json: bool, now: datetime | None = None) -> None:
    """Print the state of a home to stdout, as lines or as one JSON object; `now` is an aware moment."""
    facts = _facts(home, now or context.now())
    if as_json:
        json.dump(facts, sys.stdout, ensure_ascii=False, indent=1, default=str)
        sys.stdout.write("\n")
        return
    for word, text in _lines(facts):
        print(f"{word:10} {printable(text)}")


def _facts(home: Home, now: datetime) -> dict[str, Any]:
    manifests, damaged = readable_manifests(home)
    holder = at_work(home)
    found = standing.standings(manifests, _asked(), now)
    digest, damage = _digest(home)
    reasons = [*(fault.words for fault in damaged), *([damage] if damage else [])]
    lost = [] if holder else [fault.path for fault in missing(home, manifests) if fault.kind == "missing"]
    ages = [one.age_hours for one in found]
    facts: dict[str, Any] = {
        "home": str(home.root),
        "age_hours": max((age for age in ages if age is not None), default=None) if None not in ages else None,
        "lock": asdict(holder) if holder else None,
        "archive": {
            "state": "damaged" if reasons else ("present" if manifests else "absent"),
            "reason": reasons[0] if reasons else None,
            "lost_segments": lost,
        },
        "warehouse": _warehouse(home, manifests, digest),
        "last_failed_build": _failed_build(home),
        "sources": [asdict(one) for one in found],
        "unsettled": [] if holder else [one.run_id for one in manifests if one.status == "running"],
        "runs": [_run(manifest) for manifest in manifests[-_RUNS_SHOWN:]],
    }
    told = standing.problems(facts, found)
    return {**facts, "healthy": not told, "problems": told, "next": standing.next_step(facts, found)}


def _asked() -> set[tuple[str, str]]:
    """The searches shipped with this program: one that was given up ages, and nobody minds."""
    return {(one.source, one.name) for one in strategies.load(assets() / "queries")}


def _digest(home: Home) -> tuple[str | None, str | None]:
    """(fingerprint of the archive, what is wrong with it)."""
    try:
        return Archive(home).digest(), None
    except ArchiveError as problem:
        return None, str(problem)


def _run(manifest: Manifest) -> dict[str, Any]:
    return {
        "run_id": manifest.run_id,
        "status": manifest.status,
        "started_at": manifest.started_at,
        "finished_at": manifest.finished_at,
        "searches": [
            {
                "source": one.source,
                "strategy": one.strategy,
                "status": one.status,
                "read": one.read,
                "since": one.since,
                "upstream": one.upstream,
                "expected": one.expected,
                "seen": one.seen,
                "new": one.new,
                "changed": one.changed,
                "unchanged": one.unchanged,
                "removed": one.removed,
                "missing": len(one.missing),
                "requests": one.requests,
                "retries": one.retries,
                "bytes": one.bytes,
                "seconds": one.seconds,
                "warnings": list(one.warnings),
                "error": one.error,
            }
            for one in manifest.harvests
        ],
    }


def _warehouse(home: Home, manifests: Sequence[Manifest], digest: str | None) -> dict[str, Any]:
    seen = health.look_at(home.warehouse)
    if seen.state == "absent":
        return {"state": "absent"}
    try:
        if seen.state != "readable":
            raise WarehouseError(seen.words)
        built = health.build_row(home.warehouse)
        checks = health.findings_of_checks(home.warehouse)
        known = set(health.known_runs(home.warehouse))
    except MscHarvestError as problem:
        return {"state": "unreadable", "reason": str(problem)}
    unknown = any(one.run_id not in known for one in manifests if one.harvests)
    is_harvest = built.get("data_origin") == "harvest"
    return {
        "state": "present",
        "file": str(home.warehouse),
        "data_origin": built.get("data_origin"),
        "build_id": built.get("build_id"),
        "built_at": built.get("built_at"),
        "as_of": built.get("as_of"),
        "n_records": built.get("n_records"),
        "n_rejected": built.get("n_rejected"),
        "behind": bool(manifests) and (not is_harvest or unknown or digest not in (None, built.get("archive_sha256"))),
        "forced_checks": list(built.get("forced_checks") or []),
        "checks": [{name: row.get(name) for name in ("check_name", "severity", "n_rows", "example")} for row in checks],
    }


def _failed_build(home: Home) -> dict[str, Any] | None:
    failed = gates.last_failure(home.state)
    if failed is None:
        return None
    names = [one.name for one in failed.checks]
    return {
        "at": failed.at,
        "reason": failed.reason,
        "checks": [asdict(one) for one in failed.checks],
        "can_be_forced": bool(names) and gates.OVERRIDABLE.issuperset(names),
    }


def _lines(facts: dict[str, Any]) -> list[tuple[str, str]]:
    lines = [("home", facts["home"])]
    if facts["lock"]:
        lines.append(("at work", "pid {pid} on {host}, since {since}".format(**facts["lock"])))
    if facts["archive"]["reason"]:
        lines.append(("archive", facts["archive"]["reason"]))
    lines += [("archive", f"{path} is gone") for path in facts["archive"]["lost_segments"]]
    lines += [("unsettled", f"run {run_id} was killed; the next one settles it") for run_id in facts["unsettled"]]
    lines += [("warehouse", line) for line in _warehouse_lines(facts["warehouse"])]
    if facts["last_failed_build"]:
        lines.append(("build", "failed at {at:%Y-%m-%d %H:%M} UTC: {reason}".format(**facts["last_failed_build"])))
    lines += [("source", _source_line(one)) for one in facts["sources"]]
    lines += [("run", _run_line(run)) for run in facts["runs"]] or [("run", "none yet")]
    lines.append(("healthy", "yes" if facts["healthy"] else "no: " + "; ".join(facts["problems"][:3])))
    return [*lines, ("next", facts["next"])]


def _warehouse_lines(facts: dict[str, Any]) -> list[str]:
    if facts["state"] != "present":
        return [facts.get("reason", "none yet")]
    shows = f", as of {facts['as_of']:%Y-%m-%d %H:%M} UTC" if facts["as_of"] else ""
    behind = ", behind the archive" if facts["behind"] else ""
    lines = [
        f"{facts['file']}: {facts['data_origin']}, build {facts['build_id']} of {facts['built_at']:%Y-%m-%d %H:%M} "
        f"UTC{shows}, {facts['n_records']} records, {facts['n_rejected']} rejected{behind}"
    ]
    if facts["forced_checks"]:
        lines.append(f"published with --force over: {', '.join(facts['forced_checks'])}")
    found = [f"{one['check_name']} {one['n_rows']}" for one in facts["checks"]]
    return lines + ([f"checks that found rows: {', '.join(found)}"] if found else [])


def _source_line(one: dict[str, Any]) -> str:
    def day(moment: Any) -> str:
        return f"{moment:%Y-%m-%d}" if moment else "never"

    age = "" if one["age_hours"] is None else f" ({one['age_hours']:g} h ago)"
    return (
        f"{one['source']}/{one['strategy']}: data up to {one['watermark'] or 'an unknown day'}, last full read "
        f"{day(one['last_full'])}, last success {day(one['last_success'])}{age}, last run {one['status']}"
    )


def _run_line(run: dict[str, Any]) -> str:
    parts = [
        f"{one['source']}/{one['strategy']} {one['read']}: {one['seen']} seen, {one['new']} new, "
        + f"{one['changed']} changed"
        + (f", {one['removed']} withdrawn" if one["removed"] else "")
        + (f", {one['missing']} missing" if one["missing"] else "")
        + (f", error: {one['error']}" if one["error"] else "")
        for one in run["searches"]
    ]
    return f"{run['run_id']} {run['status']}: " + "; ".join(parts)
