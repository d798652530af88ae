"""The archive: record versions as received, append-only, and one manifest per run. Everything else is rebuilt from it.

Knows neither the network nor DuckDB.
"""

from msc_harvest.archive.manifest import (
    Harvested,
    Manifest,
    Read,
    SegmentEntry,
    Status,
    read_manifests,
    write_manifest,
)
from msc_harvest.archive.request_log import RequestLog, read_requests
from msc_harvest.archive.sample import SampleArchive
from msc_harvest.archive.segments import Segment, Version
from msc_harvest.archive.settling import settle
from msc_harvest.archive.store import Archive
from msc_harvest.archive.writer import Change, SegmentWriter

__all__ = [
    "Archive",
    "Change",
    "Harvested",
    "Manifest",
    "Read",
    "RequestLog",
    "SampleArchive",
    "Segment",
    "SegmentEntry",
    "SegmentWriter",
    "Status",
    "Version",
    "read_manifests",
    "read_requests",
    "settle",
    "write_manifest",
]
