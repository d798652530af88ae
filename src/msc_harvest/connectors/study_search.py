"""One search of ClinicalTrials.gov: list, choose, fetch by number, and look again when the register has reloaded."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from msc_harvest.connectors import study_pages
from msc_harvest.connectors.delivery import Delivery, some, wanted
from msc_harvest.connectors.study_batches import StudyBatches
from msc_harvest.connectors.study_list import Listing, since_update
from msc_harvest.errors import BadPayload, SourceError, SourceRefused
from msc_harvest.model import Fetch, Found, Notice, Reading, Received, Request

#: A reload of the register during a reading is followed by another look; the register reloads once a night.
_REPAIRS = 3
_Passing = Generator[Received | Notice, None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _DataSet:
    """The data the register serves: its version in words, and the day it reaches; no day when it does not say, and the
    words tell why."""

    words: str
    day: date | None

    def told(self) -> Iterator[Notice]:
        """What to tell of it."""
        if self.day is None:
            yield Notice("warning", f"the register does not tell its version: {self.words}")
        else:
            yield Notice("upstream", self.words)
            yield Notice("watermark", self.day.isoformat())


class StudySearch:
    """Reads what the parameters `asked` find: lists of `page_size` numbers, studies `batch` at a time."""

    def __init__(self, fetch: Fetch, asked: study_pages.Pairs, page_size: int, batch: int) -> None:
        self._fetch = fetch
        self._asked = asked
        self._page_size = page_size
        self._batch = batch
        #: What the passes so far have listed, and what was asked for and never came.
        self._listed: frozenset[str] = frozenset()
        self._missing: set[str] = set()

    def run(self, reading: Reading) -> Found:
        """One pass; then, as long as the register turns out to have reloaded, another one over what that brought.

        Each pass has the version asked before it, so no watermark is later than the data that were read; that of a
        repair is told when the repair is complete.
        """
        before = self._data_set()
        yield from before.told()
        gaps = yield from self._pass(reading, is_first=True)
        if before.day is not None:
            gaps = yield from self._repaired(before, gaps)
        yield from (Notice("missing", number) for number in sorted(self._missing))
        yield from (Notice("gap", gap) for gap in gaps)

    def _repaired(self, before: _DataSet, gaps: tuple[str, ...]) -> _Passing:
        """Look again until the register did not reload meanwhile. Returns why the last list may lack some studies: only
        that counts, for it holds, with the earlier ones, the whole answer."""
        for repair in range(_REPAIRS + 1):
            now = self._data_set(is_first=False)
            if now == before:
                break
            if before.day is None or now.day is None:
                yield from now.told()
                break
            if repair == _REPAIRS:
                return (*gaps, f"the register reloaded {repair + 1} times during the search; run again later")
            yield Notice("warning", f"reloaded during the search, read on: {before.words}, {now.words}")
            # Days of the register are days of its own zone, and of two machines the one behind may have answered last.
            since = min(before.day, now.day) - timedelta(days=1)
            gaps = yield from self._pass(Reading(self._listed - self._missing, since), is_first=False)
            yield from now.told()
            before = now
        return gaps

    def _pass(self, reading: Reading, *, is_first: bool) -> _Passing:
        """List, choose, deliver. Returns why the list may lack some studies."""
        listing = Listing(self._fetch, self._asked, self._page_size)
        yield from listing.read()
        if is_first and listing.total is not None:
            yield Notice("expected", str(listing.total))
        if (vanished := self._listed - listing.numbers) and not listing.gaps:
            self._missing -= vanished
            self._listed -= vanished
            yield Notice("warning", f"no longer in the answer after the reload: {some(sorted(vanished))}")
        changed = yield from self._changed(reading, listing.numbers)
        numbers = listing.numbers | changed
        chosen = wanted(numbers, changed, reading, str)
        yield from (Notice("listed", number) for number in sorted(numbers - chosen - self._listed))
        self._listed |= numbers
        yield from self._delivered(sorted(chosen), is_first)
        return listing.gaps

    def _delivered(self, chosen: list[str], is_first: bool) -> Found:
        """The studies, and what a delivery tells of them. How far a reading has landed is the first pass's to say; what
        is missing, the last one's."""
        delivery = Delivery(StudyBatches(self._fetch), "ClinicalTrials.gov", "application/json", self._batch)
        for item in delivery.of(chosen):
            if isinstance(item, Received):
                self._missing.discard(item.record_id)
            elif item.kind == "missing":
                self._missing.add(item.detail)
                continue
            elif item.kind == "landed" and not is_first:
                continue
            yield item

    def _changed(self, reading: Reading, numbers: frozenset[str]) -> Generator[Notice, None, frozenset[str]]:
        """The studies updated since `reading.since`; every one when the register cannot say so reliably, for what is
        not read now would never be asked for again. Not asked when nothing listed is held."""
        if reading.since is None or not numbers & reading.held:
            return frozenset()
        listing = Listing(self._fetch, since_update(self._asked, reading.since), self._page_size)
        try:
            yield from listing.read()
            doubts = listing.gaps
        except SourceRefused as refused:
            doubts = (str(refused),)
        if not doubts:
            return listing.numbers
        yield Notice("warning", f"what changed since {reading.since} is not sure, all is read: {'; '.join(doubts)}")
        return numbers | listing.numbers

    def _data_set(self, is_first: bool = True) -> _DataSet:
        """What the register serves now. Raises SourceUnreachable in the beginning; after the work is done, no answer
        is no failure any more."""
        try:
            return _DataSet(*study_pages.version(self._fetch(Request("version")).body))
        except (SourceRefused, BadPayload) as problem:
            return _DataSet(str(problem), None)
        except SourceError as problem:
            if is_first:
                raise
            return _DataSet(str(problem), None)
