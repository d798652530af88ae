"""The archive: who is at work on it, what killed runs left lying, and whether every byte is what was received."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msc_harvest.archive import Archive, settle
from msc_harvest.archive.integrity import Fault, readable_manifests
from msc_harvest.archive.integrity import examine as examine_archive
from msc_harvest.archive.segments import segment_files
from msc_harvest.durable import TEMPORARY
from msc_harvest.errors import ArchiveError
from msc_harvest.pipeline.doctor.finding import Finding, Patient
from msc_harvest.pipeline.lock import Holder
from msc_harvest.processes import process_exists

ASIDE = ".damaged"
# `export` needs no lock: a temporary file that is younger may be one that is being written.
_STILL_WRITTEN = timedelta(hours=1)
_FULL = "restore it from a backup, or read everything again: msc-harvest harvest --full"
_FIX = "msc-harvest doctor --fix"


def lock(patient: Patient, left: Holder | None, at_work: Holder | None) -> Iterator[Finding]:
    """Who holds the lock? `left` is whom its file names, `at_work` the same one while it lives."""
    if at_work:
        yield Finding("lock", "info", f"a run is at work ({at_work}): what it has open is not looked at")
    elif left:
        what = f"a run that is gone ({left}) left its name in the lock"
        yield _mended(patient, Finding("lock", "warn", what, f"the next run replaces it; or: {_FIX}"), "removed it")
    else:
        yield Finding("lock", "ok", "nobody is at work on this home")


def leftovers(patient: Patient) -> Iterator[Finding]:
    """Temporary files of killed runs, and warehouses half built."""
    found = [*_temporary(patient), *_half_built(patient)]
    for path in found:
        relative = path.relative_to(patient.home.root).as_posix()
        finding = Finding("leftovers", "warn", f"{relative}: left by a run that was killed", _FIX)
        yield tried(patient, finding, path.unlink, "removed it")
    if not found:
        yield Finding("leftovers", "ok", "no temporary files lie about")


def segments(patient: Patient, *, is_busy: bool) -> Iterator[Finding]:
    """Every manifest, every segment, every body. With fix: what is damaged is put aside, runs cut short are settled."""
    home, progress = patient.home, patient.progress
    progress.start("read the archive", None)
    faults = examine_archive(home, progress.expect, lambda: progress.advance())
    lost = False
    for fault in faults:
        if fault.kind == "unlisted" or (is_busy and fault.kind == "missing"):
            continue
        finding = _finding(fault)
        if fault.kind in ("manifest", "altered", "unreadable"):
            finding = _put_aside(patient, fault, finding)
            lost = lost or (finding.fixed and fault.kind != "manifest")
        yield finding
    if lost:
        what = "what the segments put aside held is not in the archive any more"
        yield Finding("lost", "fail", what, _FULL)
    if not is_busy:
        yield from _unsettled(patient, [fault for fault in faults if fault.kind == "unlisted"])
    if not any(fault.kind not in ("unlisted", "made_good") for fault in faults):
        empty = not segment_files(home.raw) and not any(home.runs.glob("*.json"))
        what = "the archive is empty" if empty else "every manifest, segment and body is as it was received"
        yield Finding("archive", "info" if empty else "ok", what)


def future(patient: Patient) -> Iterator[Finding]:
    """Does the archive hold anything from the future? Then some clock was wrong, and versions may be out of order."""
    try:
        newest = Archive(patient.home).contents()["fetched_at"].max()
    except ArchiveError:
        return
    moment = patient.now.astimezone(UTC).replace(tzinfo=None)
    if isinstance(newest, datetime) and newest > moment + timedelta(minutes=5):
        yield Finding(
            "clock",
            "warn",
            f"the newest record was received at {newest:%Y-%m-%d %H:%M} UTC, and this machine says it is "
            f"{moment:%Y-%m-%d %H:%M} UTC",
            "set the clock; records received meanwhile get the later moment",
        )


def _temporary(patient: Patient) -> list[Path]:
    home = patient.home
    found = [
        path
        for pattern in (f"raw/*/*/*{TEMPORARY}", f"runs/*{TEMPORARY}", f"state/*{TEMPORARY}", f".*{TEMPORARY}")
        for path in sorted(home.root.glob(pattern))
    ]
    old = (patient.now - _STILL_WRITTEN).timestamp()
    found += [path for path in sorted(home.exports.glob(f"*{TEMPORARY}")) if path.stat().st_mtime < old]
    return [path for path in found if path.is_file()]


def _half_built(patient: Patient) -> list[Path]:
    """Private files of builds whose process is gone. While we hold the lock nobody else builds."""
    found: list[Path] = []
    for path in sorted(patient.home.root.glob(f".{patient.home.warehouse.name}.building-*")):
        number = path.name.removesuffix(".wal").rpartition("-")[2]
        if patient.fix or not number.isdigit() or not process_exists(int(number)):
            found.append(path)
    return found


def _finding(fault: Fault) -> Finding:
    if fault.kind == "manifest":
        return Finding("manifest", "fail", fault.words, f"restore it from a backup, or: {_FIX}")
    if fault.kind == "misnamed":
        return Finding("manifest", "fail", fault.words, "give the file back its name")
    if fault.kind == "foreign":
        return Finding("segment", "fail", fault.words, "move it out of the archive")
    if fault.kind == "made_good":
        return Finding("segment", "info", fault.words)
    if fault.kind == "missing":
        return Finding("segment", "fail", fault.words, _FULL)
    return Finding("segment", "fail", fault.words, f"restore it from a backup, or put it aside: {_FIX}")


def _put_aside(patient: Patient, fault: Fault, finding: Finding) -> Finding:
    """Move a damaged file below the hidden folder beside the others; its bytes stay."""
    path = patient.home.root / fault.path
    top = patient.home.root / fault.path.partition("/")[0]
    place = top / ASIDE / path.relative_to(top)

    def move() -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        path.rename(place)

    return tried(patient, finding, move, f"put aside as {place.relative_to(patient.home.root).as_posix()}")


def _unsettled(patient: Patient, unlisted: list[Fault]) -> Iterator[Finding]:
    """Runs that were killed. The next harvest settles them by itself; with fix, it is done now."""
    manifests, damaged = readable_manifests(patient.home)
    running = [manifest.run_id for manifest in manifests if manifest.status == "running"]
    if patient.fix and not damaged:
        try:
            for line in settle(patient.home):
                yield Finding("unsettled", "warn", f"{line} (done now)", "", fixed=True)
        except ArchiveError as problem:
            what, _, remedy = str(problem).rpartition("; ")
            yield Finding("unsettled", "fail", what, remedy)
        return
    for run_id in running:
        what = f"run {run_id} still stands as running, and nobody is at work"
        yield Finding("unsettled", "warn", what, f"the next harvest settles it; or: {_FIX}")
    for fault in unlisted:
        yield Finding("unsettled", "warn", fault.words, f"the next harvest adopts it; or: {_FIX}")


def _mended(patient: Patient, finding: Finding, done: str) -> Finding:
    """The finding, repaired: by the caller, or by what happens anyway once the lock is held."""
    if not patient.fix:
        return finding
    return Finding(finding.check, finding.severity, f"{finding.what}; {done}", "", fixed=True)


def tried(patient: Patient, finding: Finding, repair: Callable[[], object], done: str) -> Finding:
    """The finding after its repair was tried; without fix, the finding itself."""
    if not patient.fix:
        return finding
    try:
        repair()
    except FileNotFoundError:
        pass
    except OSError as problem:
        words = f"{finding.what}; could not be repaired ({problem.strerror})"
        return Finding(finding.check, finding.severity, words, finding.remedy)
    return _mended(patient, finding, done)
