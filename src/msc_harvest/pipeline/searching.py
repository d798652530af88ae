"""One search while it runs: what comes is archived, how far it landed is told, what left the answer is withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msc_harvest.archive import SegmentWriter
from msc_harvest.model import Connector, Fetch, Notice, Progress, Strategy
from msc_harvest.pipeline.reading_plan import Plan
from msc_harvest.pipeline.tally import Tally

# A segment is written when so many records wait and a batch is complete, so that a killed run loses no more than that
# (ten times as many once a record was listed and not returned: then a reading lands at its end only).
ROWS_PER_SEGMENT = 1000

# When the same question suddenly lists so much less, the answer is doubted before the records are.
MOST_LEAVING = 0.1
FEW = 10


class Search:
    """Takes what one planned reading brings. `held` are content hashes of the records archived for it before."""

    def __init__(
        self,
        planned: Plan,
        held: Mapping[str, str],
        writer: SegmentWriter,
        clock: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        self._planned, self._held, self._writer, self._clock, self._progress = planned, held, writer, clock, progress
        self._tally = Tally()
        self._tally.landed = planned.reading.after

    def facts(self) -> dict[str, Any]:
        """The fields of `Harvested` known so far."""
        watermark = self._planned.watermark or self._tally.watermark
        if self._planned.read == "full" and self._tally.gaps:
            watermark = None  # a record that the list left out may have changed before that day
        return {**self._tally.counts(), "watermark": watermark, "made_good": self._planned.made_good}

    def receive(self, connector: Connector, fetch: Fetch, strategy: Strategy, record: Callable[[], None]) -> None:
        """Archive everything the search yields; `record` is called whenever more of it is safe on disk. Raises
        SourceError when the source cannot be read on, ArchiveError when the disk refuses."""
        for item in connector.search(fetch, strategy, self._planned.reading):
            if isinstance(item, Notice):
                self._take(item, record)
            else:
                change = self._writer.add(item, connector.content(item.body), self._clock())
                self._tally.count(item.record_id, change)
                self._progress.advance()

    def _take(self, notice: Notice, record: Callable[[], None]) -> None:
        if notice.kind == "landed":
            if self._writer.waiting >= ROWS_PER_SEGMENT or not self._writer.waiting:
                self._writer.flush()
                self._tally.landed = notice.detail
                record()
        elif notice.kind == "deleted":
            if self._writer.withdraw(notice.detail, self._clock()) == "changed":
                self._tally.withdrawn.append(notice.detail)
        else:
            self._tally.take(notice)
            if notice.kind == "expected" and self._planned.reading.is_whole and self._tally.expected is not None:
                self._progress.expect(self._tally.expected)

    def withdraw_what_left(self, *, force: bool) -> None:
        """Tombstones for held records that the whole answer no longer lists; a partial reading only counts them.

        An answer that lacks suspiciously many is not believed unless `force` says so.
        """
        tally, held = self._tally, self._held
        leaving = sorted(held.keys() - tally.answer - set(tally.withdrawn))
        tally.left = len(leaving)
        if not leaving or tally.gaps or self._planned.read != "full":
            return
        too_many = self._planned.is_same_question and len(leaving) > max(FEW, MOST_LEAVING * len(held))
        if (too_many or not tally.answer) and not force:
            words = (
                f"{len(leaving)} of {len(held)} records held are not in the answer, too many to believe: none was "
                "withdrawn; if the source is right, run: msc-harvest harvest --full --force"
            )
            tally.warnings.append(words)
            self._progress.note(words)
            return
        for record_id in leaving:
            self._writer.withdraw(record_id, self._clock())
        tally.withdrawn.extend(leaving)
        tally.left = 0
