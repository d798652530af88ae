"""Bring the ledger into line with the disk after a run that was killed: it can no longer do so itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from msc_harvest.archive.manifest import Harvested, Manifest, SegmentEntry, read_manifests, write_manifest
from msc_harvest.archive.segments import Segment, file_sha256, open_segment, read_narrow, segment_files
from msc_harvest.paths import Home


def settle(home: Home) -> list[str]:
    """End every run left `running` as `interrupted`, and enter segments that no manifest names into their run's.

    A run whose manifest is lost gets one again, as far as its segments tell. To be called by the holder of the home's
    lock only. Returns one line per thing done; a second call finds nothing. Raises ArchiveError for a manifest or an
    unlisted segment that cannot be read; what was settled before that stays settled.
    """
    manifests = {manifest.run_id: manifest for manifest in read_manifests(home)}
    done: list[str] = []
    for run_id, manifest in manifests.items():
        if manifest.status == "running":
            manifests[run_id] = _interrupted(manifest)
            write_manifest(home, manifests[run_id])
            done.append(f"run {run_id} had been stopped from outside; it now stands as interrupted")
    for path in unlisted(home, manifests.values()):
        segment = open_segment(path)
        manifest = manifests.get(segment.run_id) or _stand_in(segment)
        manifests[segment.run_id] = _with_segment(home, manifest, segment)
        write_manifest(home, manifests[segment.run_id])
        done.append(
            f"{_relative(home, path)}: {segment.rows} record version(s) entered into the ledger of run {segment.run_id}"
        )
    return done


def unlisted(home: Home, manifests: Iterable[Manifest]) -> list[Path]:
    """Files among the segments that none of `manifests` names, in order of their paths."""
    named = {entry.path for manifest in manifests for one in manifest.harvests for entry in one.segments}
    return [path for path in segment_files(home.raw) if _relative(home, path) not in named]


def _interrupted(manifest: Manifest) -> Manifest:
    harvests = (replace(one, status="interrupted") if one.status == "running" else one for one in manifest.harvests)
    return replace(manifest, status="interrupted", harvests=tuple(harvests))


def _stand_in(segment: Segment) -> Manifest:
    """The manifest of a run of which only segments are left."""
    earliest = read_narrow(segment)["fetched_at"].min()
    began = earliest.replace(tzinfo=UTC) if isinstance(earliest, datetime) else datetime.fromtimestamp(0, UTC)
    return Manifest(segment.run_id, "interrupted", began, code_version="")


def _with_segment(home: Home, manifest: Manifest, segment: Segment) -> Manifest:
    place = (segment.source, segment.strategy)
    found = next((one for one in manifest.harvests if (one.source, one.strategy) == place), None)
    # Of a search that the ledger does not name nothing is known: an empty fingerprint makes the next reading whole.
    harvest = found or Harvested(*place, status="interrupted", query_text="", strategy_sha256="")
    entry = SegmentEntry(_relative(home, segment.path), segment.rows, segment.bytes, file_sha256(segment.path))
    entries = sorted((*harvest.segments, entry), key=lambda each: each.path)
    return manifest.with_harvest(replace(harvest, segments=tuple(entries)))


def _relative(home: Home, path: Path) -> str:
    return path.relative_to(home.root).as_posix()
