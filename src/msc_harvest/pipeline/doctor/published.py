"""The warehouse: is it whole, is it of this archive, and does it know anything the archive has lost?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import polars as pl

from msc_harvest import __version__
from msc_harvest.archive import Archive
from msc_harvest.archive.integrity import readable_manifests
from msc_harvest.archive.segments import segment_files
from msc_harvest.errors import ArchiveError, MscHarvestError, WarehouseError
from msc_harvest.pipeline import gates
from msc_harvest.pipeline.building import HARVEST, files_digest
from msc_harvest.pipeline.doctor.finding import Finding, Patient
from msc_harvest.pipeline.doctor.records import ASIDE, tried
from msc_harvest.warehouse import health

_BUILD = "msc-harvest build"


def warehouse(patient: Patient) -> Iterator[Finding]:
    """The published file, from its first byte to what it says of itself."""
    path = patient.home.warehouse
    if failed := gates.last_failure(patient.home.state):
        yield Finding("build", "warn", f"the last build, at {failed.at:%Y-%m-%d %H:%M} UTC, failed: {failed.reason}")
    seen = health.look_at(path)
    if seen.state == "absent":
        yield from _absent(patient)
        return
    if seen.state in ("busy", "denied"):
        remedy = "end the program that has it open" if seen.state == "busy" else "give this user the file"
        yield Finding("warehouse", "fail", seen.words, remedy)
        return
    if seen.state == "newer":
        what = f"{path.name} is in storage version {seen.storage} (written by {seen.library}): {seen.words}"
        yield Finding("warehouse", "fail", what, f"use the newer msc-harvest that wrote it, or make it anew: {_BUILD}")
        return
    words = seen.words if seen.state == "damaged" else _first_damage(patient)
    if words:
        log = health.wal_of(path)
        aside = f"move {log.name} away, then: " if log.exists() else "restore it from a backup, or: "
        yield _rebuilt(patient, Finding("warehouse", "fail", words, f"{aside}{_BUILD}"))
        return
    yield Finding("warehouse", "ok", f"{path.name} is whole (storage version {seen.storage}, by DuckDB {seen.library})")
    yield from _log_beside(patient)
    yield from _against_archive(patient)


def _first_damage(patient: Patient) -> str:
    """Read everything; what is damaged first, or ""."""
    progress = patient.progress
    progress.start("read the warehouse", None)
    try:
        health.read_everything(patient.home.warehouse, progress.expect, lambda: progress.advance())
        health.build_row(patient.home.warehouse)
    except WarehouseError as problem:
        return str(problem).rpartition("; ")[0]
    return ""


def _absent(patient: Patient) -> Iterator[Finding]:
    if not segment_files(patient.home.raw):
        yield Finding("warehouse", "info", "there is no warehouse yet, and nothing in the archive", "msc-harvest run")
        return
    yield _rebuilt(patient, Finding("warehouse", "warn", "there is no warehouse beside the archive", _BUILD))


def _rebuilt(patient: Patient, finding: Finding) -> Finding:
    """Put what is damaged aside, and build from the archive."""
    if not patient.fix or patient.rebuild is None:
        return finding
    if not segment_files(patient.home.raw):
        what = f"{finding.what}; the archive is empty, so nothing can be rebuilt"
        return Finding(finding.check, finding.severity, what, "restore it from a backup, or: msc-harvest run")
    try:
        aside = _put_aside(patient)
        patient.rebuild()
    except OSError as problem:
        what = f"{finding.what}; it could not be put aside ({problem.strerror})"
        return Finding(finding.check, "fail", what, finding.remedy)
    except MscHarvestError as problem:
        return Finding(finding.check, "fail", f"{finding.what}; it could not be rebuilt: {problem}", finding.remedy)
    return Finding(finding.check, finding.severity, f"{finding.what}; {aside}rebuilt from the archive", "", fixed=True)


def _put_aside(patient: Patient) -> str:
    """Move the file and its log below the home's hidden folder; says so in words."""
    place = patient.home.root / ASIDE
    present = [each for each in (patient.home.warehouse, health.wal_of(patient.home.warehouse)) if each.exists()]
    for path in present:
        place.mkdir(exist_ok=True)
        path.replace(place / path.name)
    return f"put aside in {ASIDE}/ and " if present else ""


def _log_beside(patient: Patient) -> Iterator[Finding]:
    """A published file has no log: one is of another program, and would not fit the file of the next build."""
    log = health.wal_of(patient.home.warehouse)
    if not log.exists():
        return
    what = f"{log.name} lies beside the warehouse: another program has written to it"
    finding = Finding("wal", "warn", what, "move it away before the next build; or: msc-harvest doctor --fix")

    def move() -> None:
        (patient.home.root / ASIDE).mkdir(exist_ok=True)
        log.replace(patient.home.root / ASIDE / log.name)

    yield tried(patient, finding, move, f"put aside in {ASIDE}/")


def _against_archive(patient: Patient) -> Iterator[Finding]:
    path = patient.home.warehouse
    try:
        facts = health.build_row(path)
        yield from _writer(patient, facts)
        if facts.get("data_origin") != HARVEST:
            yield from _sample(patient)
            return
        yield from _runs(patient)
        yield from _contents(patient, facts)
    except WarehouseError as problem:
        what, _, remedy = str(problem).rpartition("; ")
        yield Finding("warehouse", "fail", what, remedy)
    except ArchiveError:
        yield Finding("current", "info", "the warehouse cannot be compared with an archive that is damaged")


def _writer(patient: Patient, facts: dict[str, Any]) -> Iterator[Finding]:
    """Was it built by this program and from these files, and without force?"""
    if forced := facts.get("forced_checks"):
        yield Finding("build", "info", f"the warehouse was published with --force over {', '.join(forced)}")
    if (code := facts.get("code_version")) != __version__:
        yield Finding("built_by", "warn", f"the warehouse was built by msc-harvest {code}, not {__version__}", _BUILD)
    elif facts.get("files_sha256") != files_digest(patient.assets):
        what = "queries, vocabulary or curated facts have changed since the warehouse was built"
        yield Finding("built_by", "warn", what, _BUILD)


def _sample(patient: Patient) -> Iterator[Finding]:
    if segment_files(patient.home.raw):
        yield Finding("current", "warn", "the warehouse holds the embedded sample, the archive a harvest", _BUILD)
    else:
        yield Finding("current", "info", "the warehouse holds the embedded sample, not a harvest", "msc-harvest run")


def _runs(patient: Patient) -> Iterator[Finding]:
    """Runs the warehouse knows and the ledger does not: the ledger has lost them."""
    manifests, damaged = readable_manifests(patient.home)
    kept = {manifest.run_id for manifest in manifests} | {fault.path[5:-5] for fault in damaged}
    for run_id in health.known_runs(patient.home.warehouse):
        if run_id not in kept:
            what = f"the warehouse knows run {run_id}, and runs/{run_id}.json is gone"
            yield Finding("ledger", "fail", what, "restore it from a backup, or: msc-harvest harvest --full")


def _contents(patient: Patient, facts: dict[str, Any]) -> Iterator[Finding]:
    """Record versions on either side that the other does not have."""
    archive, as_of = Archive(patient.home), facts.get("as_of")
    until = as_of.replace(tzinfo=UTC) if isinstance(as_of, datetime) else None
    held = health.held_versions(patient.home.warehouse)
    if (count := facts.get("n_record_versions")) is not None and count != held.height:
        what = f"the warehouse holds {held.height} of the {count} record versions it was built from"
        yield Finding("warehouse", "fail", what, _BUILD)
    lost = held.join(archive.contents(), on=["source", "record_id", "content_sha256"], how="anti")
    if not lost.is_empty():
        yield Finding(
            "lost",
            "fail",
            f"{lost.height} record version(s) of the warehouse are not in the archive any more, first {_named(lost)}",
            "restore raw/ from a backup before anything is built; or read again: msc-harvest harvest --full",
        )
    elif facts.get("archive_sha256") != archive.digest(until):
        yield Finding("current", "warn", "the warehouse is behind the archive", _BUILD)
    elif until:
        what = f"the warehouse holds what was known on {until:%Y-%m-%d}, as asked for"
        yield Finding("current", "info", what, f"for the present: {_BUILD}")
    else:
        yield Finding("current", "ok", "the warehouse holds what the archive holds")


def _named(lost: pl.DataFrame) -> str:
    first = lost.sort("source", "record_id").row(0, named=True)
    return f"{first['source']} {first['record_id']}"
