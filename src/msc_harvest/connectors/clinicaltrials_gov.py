"""ClinicalTrials.gov, API version 2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from msc_harvest.connectors import json_rows, study_pages
from msc_harvest.errors import BadPayload, SettingsError, SourceError, SourceRefused
from msc_harvest.model import Fetch, Found, Notice, Parsed, Received, Request, Strategy

_QUERY = ("cond", "term", "locn", "titles", "intr", "outc", "spons", "lead", "id", "patient")
_FILTER = ("overallStatus", "geo", "ids", "advanced", "synonyms")
#: What a strategy may say. Paging, sorting and the choice of fields are the connector's own business.
PARAMETERS = frozenset(
    [f"query.{word}" for word in _QUERY]
    + [f"{when}.{word}" for when in ("filter", "postFilter") for word in _FILTER]
    + ["aggFilters", "geoDecay"]
)
_SETTING = re.compile(r"([A-Za-z.]+)\s*=\s*(.*)")
_ONLY_IDS = re.compile(r"(?:\W|\bOR\b|\bNCT0*\d{1,8}\b)+", re.IGNORECASE)
#: The member that carries the day of the data set, with one comma beside it. Quotes inside JSON texts are escaped,
#: so no text can look like it.
_VERSION_HOLDER = re.compile(rb',\s*"versionHolder"\s*:\s*"[^"\\]*"|"versionHolder"\s*:\s*"[^"\\]*"\s*,?\s*')
_IDLE_PAGES = 100


class ClinicalTrialsGov:
    """Trials registered at ClinicalTrials.gov.

    Source: United States National Library of Medicine, ClinicalTrials.gov, API version 2.
    Documentation: https://clinicaltrials.gov/data-api/api and, for the field tree, /api/v2/studies/metadata.
    Licence and terms: records are public; whoever passes them on names ClinicalTrials.gov and the date of the data,
        says what was changed, and claims no endorsement. Contact persons are personal data and are not read.
    Identifiers: NCT number. A merged registration lives on as an alias inside the one it was merged into.
    Update rhythm: reloaded on most nights about 09:00 UTC; /version names the data set's time.
    Caveats: no rate limit is documented, robots.txt asks for one second between requests. Errors are plain text, also
        behind a JSON endpoint. Only a missing token ends the paging; a page may be empty, a study may come twice.
        Texts carry markdown escapes such as a backslash before "<". Fields come and go: browse leaves vanished and
        countries were renamed in 2025. Sponsors write the records; nobody verifies them.
    """

    name: ClassVar[str] = "clinicaltrials_gov"
    title: ClassVar[str] = "ClinicalTrials.gov"
    base_url: ClassVar[str] = "https://clinicaltrials.gov/api/v2"
    requests_per_second: ClassVar[float] = 1.0
    requests_per_second_with_key: ClassVar[float | None] = None
    wants_identity: ClassVar[bool] = False
    media_type: ClassVar[str] = "application/json"
    dictionary: ClassVar[str] = "core_trial"
    page_size: ClassVar[int] = 1000
    #: The day of first posting never changes and new trials get the latest one: a trial that is updated while the
    #: search runs stays at its place, and a new one joins the end. Sorted by last update it would jump to the front
    #: and be missed.
    sort: ClassVar[str] = "StudyFirstPostDate:asc"

    def search(self, fetch: Fetch, strategy: Strategy) -> Found:
        """Yield every study the strategy finds, byte for byte as it stood in its page, and notices.

        Raises SettingsError when the strategy cannot be sent as it is, SourceError when the service goes in circles.
        """
        asked = (*query_parameters(strategy.text), ("sort", self.sort), ("pageSize", str(self.page_size)))
        before = _version(fetch)
        yield before
        expected: int | None = None
        seen: set[str] = set()
        for total, item in self._records(fetch, asked, seen):
            if total is not None:
                expected = total
            yield item
        if expected is not None and expected != len(seen):
            yield Notice("warning", f"announced {expected}, received {len(seen)}")
        yield from _reloaded(before, fetch)

    def content(self, body: bytes) -> bytes:
        """The body without `derivedSection.miscInfoModule.versionHolder`, the day of the data set behind it."""
        return _VERSION_HOLDER.sub(b"", body)

    def parse(self, body: bytes) -> Parsed:
        """Rows of one study for the tables of core_trial.csv. Raises RecordRejected without JSON or NCT number."""
        return json_rows.for_source(self.dictionary, self.name).parse(body)

    def _records(
        self, fetch: Fetch, asked: tuple[tuple[str, str], ...], seen: set[str]
    ) -> Iterator[tuple[int | None, Received | Notice]]:
        """Studies page by page; the announced total goes with its own notice. `seen` collects the NCT numbers."""
        for number, (url, page) in enumerate(self._pages(fetch, asked, seen), 1):
            if number == 1 and page.total is not None:
                yield page.total, Notice("expected", str(page.total))
            for place, study in enumerate(page.studies, 1):
                nct_id = study_pages.nct_id(study)
                if nct_id is None:
                    yield None, Notice("warning", f"page {number}, study {place}: no NCT number, left out")
                elif nct_id not in seen:
                    seen.add(nct_id)
                    yield None, Received(nct_id, bytes(study), url, self.media_type)

    def _pages(
        self, fetch: Fetch, asked: tuple[tuple[str, str], ...], seen: set[str]
    ) -> Iterator[tuple[str, study_pages.Page]]:
        """Pages up to the one without a token. Each request repeats all parameters; the first asks for the count."""
        last: tuple[str, str] = ("countTotal", "true")
        tokens: set[str] = set()
        idle, known = 0, 0
        while True:
            response = fetch(Request("studies", (*asked, last), check=_check))
            page = study_pages.split(response.body)
            yield response.url, page
            if not page.token:
                return
            idle, known = (idle + 1, known) if len(seen) == known else (0, len(seen))
            if page.token in tokens or idle >= _IDLE_PAGES:
                raise SourceError(
                    f"ClinicalTrials.gov turns in circles after {len(seen)} studies: its pages bring nothing new; "
                    "run again later"
                )
            tokens.add(page.token)
            last = ("pageToken", page.token)


def query_parameters(text: str) -> tuple[tuple[str, str], ...]:
    """The request parameters that a strategy file states, in its order.

    A line `name = value` begins a parameter, indented lines continue it (joined by one blank), lines that begin with
    `#` are remarks. Raises SettingsError for anything else, for a parameter the service or the connector does not
    take, and for a query of NCT numbers alone: the service would then ignore every filter.
    """
    found: list[tuple[str, str]] = []
    for line in text.removeprefix("\ufeff").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        setting = None if line[0].isspace() else _SETTING.fullmatch(line.rstrip())
        if line[0].isspace() and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}".strip())
        elif setting and setting[1] in PARAMETERS and setting[1] not in dict(found):
            found.append((setting[1], setting[2]))
        else:
            raise SettingsError(f"search strategy: this line cannot be sent to ClinicalTrials.gov: {line.strip()[:80]}")
    _refuse_empty_and_ids(found)
    return tuple(found)


def _refuse_empty_and_ids(found: list[tuple[str, str]]) -> None:
    if not found or not all(value for _, value in found):
        raise SettingsError("search strategy: a parameter without a value finds everything; write `query.term = …`")
    for name, value in found:
        if name.startswith("query.") and _ONLY_IDS.fullmatch(value):
            raise SettingsError(f"search strategy: {name} holds only NCT numbers; use filter.ids, which keeps filters")


def _check(body: bytes) -> None:
    study_pages.split(body)


def _version(fetch: Fetch) -> Notice:
    """Which data set the register serves; a warning when its answer cannot be read. Raises SourceUnreachable."""
    try:
        return Notice("upstream", study_pages.version(fetch(Request("version")).body))
    except (SourceRefused, BadPayload) as problem:
        return Notice("warning", f"the register does not tell its version: {problem}")


def _reloaded(before: Notice, fetch: Fetch) -> Iterator[Notice]:
    try:
        after = _version(fetch)
    except SourceError as problem:
        after = Notice("warning", f"the register does not tell its version: {problem}")
    if after != before and before.kind == after.kind == "upstream":
        yield Notice("warning", f"reloaded during the search: {before.detail} before, {after.detail} after")
    elif after.kind != "upstream" and before.kind == "upstream":
        yield after
