"""The numbers of all studies a search finds, page by page: small answers that say what a complete harvest must hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msc_harvest.connectors import study_pages
from msc_harvest.errors import SourceError, SourceRefused
from msc_harvest.model import Fetch, Notice, Request

#: The parameter that takes an expression over fields.
ADVANCED = "filter.advanced"
#: The day of first posting never changes and new trials get the latest one: a trial that is updated while the list is
#: read stays at its place, and a new one joins the end. Sorted by last update it would jump to the front and be missed.
SORT = "StudyFirstPostDate:asc"
_FIELD = "NCTId"
_IDLE_PAGES = 100
_TRIES = 3
_SHOWN = 5


class Listing:
    """The list that one search gives.

    After `read`, `numbers` are the NCT numbers on it, `total` is how many studies the register announced (None: it did
    not say), and `gaps` say why the list may lack some: none when as many came as were announced, all with a number.
    """

    def __init__(self, fetch: Fetch, asked: study_pages.Pairs, page_size: int) -> None:
        self._fetch = fetch
        self._asked = (*asked, ("fields", _FIELD), ("sort", SORT), ("pageSize", str(page_size)))
        self._nameless: list[str] = []
        self.numbers: frozenset[str] = frozenset()
        self.total: int | None = None
        self.gaps: tuple[str, ...] = ()

    def read(self) -> Iterator[Notice]:
        """Read the list and yield what must be told of that.

        A token the register no longer knows (it reloads its data at night), or a list of another length than announced,
        begins it anew. A list that never adds up is the union of all tries. Raises SourceError when tokens are lost
        again and again, or when the pages bring nothing new.
        """
        met: frozenset[str] = frozenset()
        for tries_left in reversed(range(_TRIES)):
            try:
                self._once()
                fault = self._shortfall()
            except _TokenLost as lost:
                fault = f"it broke off after {len(self.numbers)} studies: {lost}"
                if not tries_left:
                    raise SourceError(f"the list of studies could not be read, {fault}; run again later") from None
            if not fault or self.total is None:  # a register that does not count will not count the next time
                break
            met |= self.numbers
            if tries_left:
                yield Notice("warning", f"the list of studies is read anew: {fault}")
        else:
            self.numbers = met
        self.gaps = tuple(gap for gap in (self._shortfall(), self._without_number()) if gap)

    def _once(self) -> None:
        """Pages up to the one without a token. Each request repeats all parameters; the first asks for the count."""
        self.numbers, self.total, self._nameless = frozenset(), None, []
        last: tuple[str, str] = ("countTotal", "true")
        tokens: set[str] = set()
        idle, page_number = 0, 0
        while True:
            page = self._page(last)
            page_number += 1
            self.total = page.total if page_number == 1 else self.total
            before = len(self.numbers)
            self._take(page, page_number)
            if not page.token:
                return
            idle = idle + 1 if len(self.numbers) == before else 0
            if page.token in tokens or idle >= _IDLE_PAGES:
                raise SourceError(
                    f"ClinicalTrials.gov turns in circles after {len(self.numbers)} studies: its pages bring nothing "
                    "new; run again later"
                )
            tokens.add(page.token)
            last = ("pageToken", page.token)

    def _page(self, last: tuple[str, str]) -> study_pages.Page:
        try:
            answer = self._fetch(Request("studies", (*self._asked, last), check=study_pages.check))
        except SourceRefused as refused:
            if last[0] == "pageToken":
                raise _TokenLost(str(refused)) from None
            raise
        return study_pages.split(answer.body)

    def _take(self, page: study_pages.Page, page_number: int) -> None:
        numbers = [study_pages.nct_id(study) for study in page.studies]
        self.numbers |= {number for number in numbers if number is not None}
        self._nameless += [f"page {page_number}, study {place}" for place, one in enumerate(numbers, 1) if one is None]

    def _shortfall(self) -> str:
        """How the list and the register's own count differ; "" when they agree."""
        listed = len(self.numbers) + len(self._nameless)
        if self.total == listed:
            return ""
        announced = "did not announce how many studies" if self.total is None else f"announced {self.total} studies"
        return f"the register {announced} and listed {listed}"

    def _without_number(self) -> str:
        """Which entries have no NCT number; "" when all have one."""
        if not self._nameless:
            return ""
        shown = "; ".join(self._nameless[:_SHOWN]) + ("; …" if len(self._nameless) > _SHOWN else "")
        return f"{len(self._nameless)} entries of the list have no NCT number: {shown}"


class _TokenLost(Exception):
    """The register refuses a token it gave out itself."""


def since_update(asked: study_pages.Pairs, since: date) -> study_pages.Pairs:
    """The search narrowed to studies whose last update was posted on `since` or later."""
    given = dict(asked)
    window = f"AREA[LastUpdatePostDate]RANGE[{since.isoformat()},MAX]"
    given[ADVANCED] = f"({given[ADVANCED]}) AND {window}" if ADVANCED in given else window
    return tuple(given.items())
