"""The archive of one home: every version of every record as received. Append-only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import polars as pl

from msc_harvest.archive import index
from msc_harvest.archive.segments import Segment, Version, find_segments, folder_of, read_versions
from msc_harvest.archive.writer import SegmentWriter
from msc_harvest.paths import Home

BATCH = 500


class Archive:
    """Reads and extends the segments below a home's raw/. One process at a time may write (the home's lock)."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def segments(self) -> list[Segment]:
        """All segments, ordered by source, strategy, run and number.

        Raises ArchiveError naming a file that is damaged, cut short or not a segment.
        """
        return find_segments(self._home.raw)

    def known(self, source: str, strategy: str) -> dict[str, str]:
        """content_sha256 by record_id of the last versions this strategy brought; without those withdrawn since."""
        folder = folder_of(self._home.raw, source, strategy)
        return index.known(index.index_of([each for each in self.segments() if each.path.parent == folder]))

    def writer(self, run_id: str, source: str, strategy: str, rows_per_segment: int = 1000) -> SegmentWriter:
        """A context manager that appends what a run receives. Sweeps temporary files a killed run left behind."""
        known = self.known(source, strategy)
        return SegmentWriter(self._home.root, self._home.raw, run_id, source, strategy, known, rows_per_segment)

    def versions(
        self, as_of: datetime | None = None, *, all_versions: bool = False, batch: int = BATCH
    ) -> Iterator[list[Version]]:
        """Versions with bodies, in batches of at most `batch`, segment by segment.

        Only what was fetched up to `as_of` (aware; None: everything). The last version per (source, record_id)
        whichever strategy brought it, withdrawn records as tombstones; with `all_versions` every one. Raises
        ArchiveError when a body is not what was received.
        """
        segments = self.segments()
        entries = index.up_to(index.index_of(segments), as_of)
        chosen = entries if all_versions else index.latest(entries)
        for (place,), rows in chosen.sort("segment", "row").group_by(["segment"], maintain_order=True):
            yield from read_versions(segments[int(str(place))], rows["row"].to_list(), batch)

    def digest(self, as_of: datetime | None = None) -> str:
        """Fingerprint of the content up to `as_of`: equal for equal content, however runs and segments were cut."""
        return index.digest(self._entries(as_of))

    def contents(self, as_of: datetime | None = None) -> pl.DataFrame:
        """(source, record_id, content_sha256, kind, fetched_at) of every version up to `as_of`, without bodies.

        `fetched_at` is UTC without a zone. Raises ArchiveError like `segments`.
        """
        return self._entries(as_of).select("source", "record_id", "content_sha256", "kind", "fetched_at")

    def _entries(self, as_of: datetime | None) -> pl.DataFrame:
        return index.up_to(index.index_of(self.segments()), as_of)
