"""Append what a harvest receives: only what is new or changed, in whole segments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Literal

from msc_harvest import durable, interruption
from msc_harvest.archive.manifest import SegmentEntry
from msc_harvest.archive.segments import RECORD, WITHDRAWN, Version, folder_of, segment_path, write_segment
from msc_harvest.model import Received

Change = Literal["new", "changed", "unchanged"]

# Memory stays flat: a segment is also written when the bodies waiting for it reach this many bytes.
BYTES_PER_SEGMENT = 64_000_000


class SegmentWriter:
    """Writes the segments of one run for one source and strategy. Use it as a context manager.

    Whatever was added lands on disk when the block ends, also when it ends in an error: what had arrived is kept. A
    killed process loses only the rows since the last whole segment; the next run receives them again.
    """

    def __init__(
        self,
        home: Path,
        raw: Path,
        run_id: str,
        source: str,
        strategy: str,
        known: Mapping[str, str],
        rows_per_segment: int,
    ) -> None:
        self._home, self._run_id, self._source, self._strategy = home, run_id, source, strategy
        self._folder = folder_of(raw, source, strategy)
        segment_path(self._folder, run_id, 1)  # refuse an unusable run id before anything is received
        self._known = dict(known)
        self._rows_per_segment = rows_per_segment
        self._waiting: list[Version] = []
        self._waiting_bytes = 0
        self._written: list[SegmentEntry] = []
        durable.sweep(self._folder)
        self._next_number = self._first_free()

    def __enter__(self) -> SegmentWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.flush()

    @property
    def segments(self) -> tuple[SegmentEntry, ...]:
        """The segments landed so far, for the run's manifest."""
        return tuple(self._written)

    @property
    def waiting(self) -> int:
        """Rows received and not yet on disk."""
        return len(self._waiting)

    def add(self, received: Received, content: bytes, fetched_at: datetime) -> Change:
        """Keep `received` when its `content` (the body without volatile parts) differs from the last version's.

        `fetched_at` is an aware moment. Returns whether the record is new, changed or unchanged.
        """
        content_sha256 = sha256(content).hexdigest()
        before = self._known.get(received.record_id)
        if before == content_sha256:
            return "unchanged"
        self._known[received.record_id] = content_sha256
        self._keep(self._version(received, content_sha256, fetched_at, RECORD))
        return "new" if before is None else "changed"

    def withdraw(self, record_id: str, fetched_at: datetime, url: str = "") -> Change:
        """Note that the source took `record_id` back. A record not known, or withdrawn already, is unchanged."""
        if self._known.pop(record_id, None) is None:
            return "unchanged"
        tombstone = Received(record_id, b"", url, "")
        self._keep(self._version(tombstone, sha256(b"").hexdigest(), fetched_at, WITHDRAWN))
        return "changed"

    def flush(self) -> None:
        """Write what waits as one segment now."""
        if not self._waiting:
            return
        path = segment_path(self._folder, self._run_id, self._next_number)
        # A segment that stands on disk is also known to be there: no Ctrl-C comes between the two.
        with interruption.unbroken():
            digest = write_segment(path, self._waiting)
            size = path.stat().st_size
            self._written.append(
                SegmentEntry(path.relative_to(self._home).as_posix(), len(self._waiting), size, digest)
            )
            self._next_number += 1
            self._waiting, self._waiting_bytes = [], 0

    def _version(self, received: Received, content_sha256: str, fetched_at: datetime, kind: str) -> Version:
        return Version(
            self._source,
            received.record_id,
            self._strategy,
            received.url,
            fetched_at,
            self._run_id,
            received.media_type,
            received.body,
            sha256(received.body).hexdigest(),
            content_sha256,
            kind,
        )

    def _keep(self, version: Version) -> None:
        self._waiting.append(version)
        self._waiting_bytes += len(version.body)
        if len(self._waiting) >= self._rows_per_segment or self._waiting_bytes >= BYTES_PER_SEGMENT:
            self.flush()

    def _first_free(self) -> int:
        """One more than the highest number this run has used: a resumed run goes on after its own segments."""
        taken = [int(path.stem[-5:]) for path in self._folder.glob(f"{self._run_id}-[0-9][0-9][0-9][0-9][0-9].parquet")]
        return max(taken, default=0) + 1
