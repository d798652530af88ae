"""The archive: record versions as received, append-only, and one manifest per run. Everything else is rebuilt from it.

Knows neither the network nor DuckDB.
"""

from msc_harvest.archive.manifest import (
    Asked,
    Harvested,
    Manifest,
    SegmentEntry,
    Status,
    read_manifests,
    write_manifest,
)
from msc_harvest.archive.sample import SampleArchive
from msc_harvest.archive.segments import Segment, Version
from msc_harvest.archive.store import Archive
from msc_harvest.archive.writer import Change, SegmentWriter

__all__ = [
    "Archive",
    "Asked",
    "Change",
    "Harvested",
    "Manifest",
    "SampleArchive",
    "Segment",
    "SegmentEntry",
    "SegmentWriter",
    "Status",
    "Version",
    "read_manifests",
    "write_manifest",
]
