"""The ledger: one JSON file per run, rewritten as the run proceeds."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import msgspec

from msc_harvest.archive import placing
from msc_harvest.errors import ArchiveError
from msc_harvest.model import HostStats
from msc_harvest.paths import Home

Status = Literal["running", "finished", "failed", "interrupted"]
Read = Literal["full", "incremental"]


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """One segment a run has written: path relative to the home, rows, file size in bytes, sha256 of the file."""

    path: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Harvested:
    """What one run did for one source and strategy.

    `query_text` is the search as sent, `strategy_sha256` its fingerprint. `read` says whether the whole answer was read
    or what changed `since` a day; `watermark` is the day of the source's own data that the reading began with (None:
    the source does not say), so that the next one may start there; `landed` is the id up to which a reading had reached
    the disk, for the one that continues it; `made_good` names lost segments whose records this reading fetched again.
    `expected` is how many records the source announced (None: it did not say); `seen` = `new` + `changed` + `unchanged`
    are those received; `missing` lists ids asked for and not returned; `withdrawn` ids that left the answer or were
    taken back, `removed` how many; `left` how many are held, not in the answer, and not withdrawn; `rejected` counts
    records a later build could not parse (None: not built). `warnings` are the source's words and ours; `upstream` is
    the version of the source's data; `error` says in one line why it stopped. `requests`, `retries`, `bytes` (received,
    after decompression) and `seconds` are those of this search.
    """

    source: str
    strategy: str
    status: Status
    query_text: str
    strategy_sha256: str
    read: Read = "full"
    since: date | None = None
    watermark: date | None = None
    landed: str | None = None
    made_good: tuple[str, ...] = ()
    expected: int | None = None
    seen: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    left: int = 0
    rejected: int | None = None
    missing: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    upstream: str | None = None
    error: str | None = None
    segments: tuple[SegmentEntry, ...] = ()
    requests: int = 0
    retries: int = 0
    bytes: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Manifest:
    """One run. Moments are aware UTC; `finished_at` is None while it runs (or when it was killed)."""

    run_id: str
    status: Status
    started_at: datetime
    code_version: str
    finished_at: datetime | None = None
    harvests: tuple[Harvested, ...] = ()
    http: dict[str, HostStats] = dataclasses.field(default_factory=dict)

    def with_harvest(self, harvest: Harvested) -> Manifest:
        """This manifest with `harvest` in the place of the one for the same source and strategy, or added."""
        others = [old for old in self.harvests if (old.source, old.strategy) != (harvest.source, harvest.strategy)]
        ordered = sorted((*others, harvest), key=lambda each: (each.source, each.strategy))
        return dataclasses.replace(self, harvests=tuple(ordered))


def write_manifest(home: Home, manifest: Manifest) -> Path:
    """Write runs/<run_id>.json in place of an earlier state of it; returns its path."""
    path = home.runs / f"{manifest.run_id}.json"
    if path.parent != home.runs or path.name.startswith("."):
        raise ArchiveError(f"{manifest.run_id!r} cannot name a run; use letters, digits, dot, _ and -")
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    placing.put(path, lambda temporary: temporary.write_bytes(text))
    return path


def read_manifests(home: Home) -> list[Manifest]:
    """All runs' manifests, oldest first. Raises ArchiveError naming the file that cannot be read."""
    manifests = [read_manifest(path) for path in sorted(home.runs.glob("*.json"))]
    return sorted(manifests, key=lambda each: (each.started_at, each.run_id))


def read_manifest(path: Path) -> Manifest:
    """The manifest in one file. Raises ArchiveError naming it when it cannot be read, or bears another run's name."""
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (msgspec.MsgspecError, OSError, UnicodeDecodeError) as damage:
        remedy = "restore it from a backup or delete it"
        raise ArchiveError(f"{path} is not a run manifest ({damage}); {remedy}") from damage
    if manifest.run_id != path.stem:
        raise ArchiveError(f"{path} is the manifest of run {manifest.run_id!r}; give it back its name")
    return manifest
