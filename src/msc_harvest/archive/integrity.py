"""Is the archive what its runs wrote? Every manifest, every segment, every body; read only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from msc_harvest.archive.manifest import Manifest, SegmentEntry, read_manifest
from msc_harvest.archive.segments import file_sha256, has_segment_name, open_segment, read_narrow, read_versions
from msc_harvest.archive.settling import unlisted
from msc_harvest.errors import ArchiveError
from msc_harvest.paths import Home

Kind = Literal["manifest", "misnamed", "missing", "made_good", "altered", "unreadable", "foreign", "unlisted"]
_BODIES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as a run left it. `path` is relative to the home, `words` say in one line what is wrong.

    `manifest`: not readable as one; `misnamed`: the manifest of another run; `missing`: named by a manifest and gone;
    `made_good`: missing, and its records were fetched again since; `altered`: not the bytes the run wrote;
    `unreadable`: no segment any more, or a body is damaged; `foreign`: a file that never was one; `unlisted`: a whole
    segment that no manifest names.
    """

    kind: Kind
    path: str
    words: str


def examine(home: Home, expect: Callable[[int], object], advance: Callable[[], object]) -> list[Fault]:
    """All faults of a home's archive, by path. Reads every byte.

    `expect` is told how many segments there are to read, `advance` is called after each.
    """
    manifests, faults = readable_manifests(home)
    faults += missing(home, manifests)
    entries = {entry.path: entry for entry in _entries(manifests)}
    strays = {_relative(home, path) for path in unlisted(home, manifests)}
    present = sorted(strays | {path for path in entries if (home.root / path).is_file()})
    expect(len(present))
    for path in present:
        fault = _damage(home, path, entries.get(path))
        if fault is None and path in strays:
            fault = Fault("unlisted", path, f"{path}: a whole segment that no manifest names, left by a run cut short")
        faults += [fault] if fault else []
        advance()
    return sorted(faults, key=lambda each: each.path)


def readable_manifests(home: Home) -> tuple[list[Manifest], list[Fault]]:
    """The manifests that can be read, oldest first, and a fault for each that cannot."""
    manifests: list[Manifest] = []
    faults: list[Fault] = []
    for path in sorted(home.runs.glob("*.json")):
        try:
            manifests.append(read_manifest(path))
        except ArchiveError as problem:
            kind: Kind = "misnamed" if "is the manifest of run" in str(problem) else "manifest"
            faults.append(Fault(kind, _relative(home, path), _in_words(home, path, problem)))
    return sorted(manifests, key=lambda each: (each.started_at, each.run_id)), faults


def missing(home: Home, manifests: Sequence[Manifest]) -> list[Fault]:
    """Segments that a manifest names and that are gone. Opens nothing."""
    searches = [one for manifest in manifests for one in manifest.harvests]
    made_good = {path for one in searches if one.status == "finished" for path in one.made_good}
    faults: list[Fault] = []
    for entry in _entries(manifests):
        if (home.root / entry.path).is_file():
            continue
        if entry.path in made_good:
            words = f"{entry.path}: missing; its records were read again since"
            faults.append(Fault("made_good", entry.path, words))
        else:
            words = f"{entry.path}: missing, with {entry.rows} record version(s) in it"
            faults.append(Fault("missing", entry.path, words))
    return faults


def _entries(manifests: Sequence[Manifest]) -> list[SegmentEntry]:
    return [entry for manifest in manifests for one in manifest.harvests for entry in one.segments]


def _damage(home: Home, relative: str, entry: SegmentEntry | None) -> Fault | None:
    path = home.root / relative
    if not has_segment_name(path) or not path.is_file():
        return Fault("foreign", relative, f"{relative}: not an archive segment, and never was one")
    try:
        segment = open_segment(path)
        read_narrow(segment)
        for _ in read_versions(segment, range(segment.rows), _BODIES_AT_ONCE):
            pass
        if entry and file_sha256(path) != entry.sha256:
            return Fault("altered", relative, f"{relative}: not the bytes that its run wrote (sha256 differs)")
    except ArchiveError as problem:
        return Fault("unreadable", relative, _in_words(home, path, problem))
    except OSError as problem:
        return Fault("unreadable", relative, f"{relative}: cannot be read ({problem.strerror})")
    return None


def _in_words(home: Home, path: Path, problem: ArchiveError) -> str:
    """What is wrong with a file, without the remedy behind it."""
    return str(problem).rpartition("; ")[0].replace(str(path), _relative(home, path))


def _relative(home: Home, path: Path) -> str:
    return path.relative_to(home.root).as_posix()
