"""What an archive holds, without its bodies: one row per version, small enough to keep in memory.

An index is a frame with the narrow columns of all segments plus `segment` (place in the list of segments) and `row`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

import polars as pl

from msc_harvest.archive.segments import NARROW, RECORD, SCHEMA, Segment, read_narrow, to_utc

# Versions are ordered by when they came; within one moment by where they lie.
_ALONG_TIME = ["fetched_at", "run_id", "segment", "row"]


def index_of(segments: Sequence[Segment]) -> pl.DataFrame:
    """The index of `segments`, in their order."""
    parts = [located(read_narrow(segment), place) for place, segment in enumerate(segments)]
    empty = located(pl.DataFrame(schema={name: SCHEMA[name] for name in NARROW}), 0)
    return pl.concat([empty, *parts])


def located(narrow: pl.DataFrame, place: int) -> pl.DataFrame:
    """A segment's narrow columns with the segment's place and the row numbers."""
    return narrow.with_columns(segment=pl.lit(place, dtype=pl.UInt32), row=pl.int_range(pl.len(), dtype=pl.UInt32))


def up_to(index: pl.DataFrame, as_of: datetime | None) -> pl.DataFrame:
    """The versions fetched no later than `as_of` (aware; None: all)."""
    return index if as_of is None else index.filter(pl.col("fetched_at") <= to_utc(as_of))


def latest(index: pl.DataFrame) -> pl.DataFrame:
    """The last version of each record, whichever strategy brought it."""
    return index.sort(_ALONG_TIME).unique(subset=["source", "record_id"], keep="last", maintain_order=True)


def known(index: pl.DataFrame) -> dict[str, str]:
    """content_sha256 of each record's last version; withdrawn records are not known any more."""
    present = latest(index).filter(kind=RECORD)
    return dict(zip(present["record_id"].to_list(), present["content_sha256"].to_list(), strict=True))


def digest(index: pl.DataFrame) -> str:
    """sha256 over the sorted (source, strategy, record_id, content_sha256, kind) of all versions.

    Two archives have the same digest when they hold the same content, however it was cut into runs and segments.
    """
    lines = index.select("source", "strategy", "record_id", "content_sha256", "kind").sort(pl.all())
    total = sha256()
    for row in lines.iter_rows():
        total.update("\t".join(row).encode() + b"\n")
    return total.hexdigest()
