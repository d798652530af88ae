"""ClinicalTrials.gov, API version 2."""

from __future__ import annotations

import re
from typing import ClassVar

from msc_harvest.connectors import json_rows, study_batches, study_pages
from msc_harvest.connectors.study_search import StudySearch
from msc_harvest.errors import SettingsError
from msc_harvest.model import Fetch, Found, Parsed, Reading, Strategy

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
    #: Studies on a page of the list, which holds their numbers only.
    page_size: ClassVar[int] = study_pages.MOST
    #: Studies asked for by number in one request: some megabytes, and an address of a length every proxy takes.
    batch: ClassVar[int] = 100

    def search(self, fetch: Fetch, strategy: Strategy, reading: Reading) -> Found:
        """List the numbers of every study the strategy finds, yield the studies `reading` asks for, byte for byte as
        the register sends them, and notices.

        When the register reloads its data meanwhile, what the reload brought is read too. Raises SettingsError when
        the strategy cannot be sent as it is, SourceError when the service cannot be read to its end.
        """
        asked = query_parameters(strategy.text)
        yield from StudySearch(fetch, asked, self.page_size, self.batch).run(reading)

    def content(self, body: bytes) -> bytes:
        """The body without `derivedSection.miscInfoModule.versionHolder`, the day of the data set behind it."""
        return study_batches.content(body)

    def parse(self, body: bytes) -> Parsed:
        """Rows of one study for the tables of core_trial.csv. Raises RecordRejected without JSON or NCT number."""
        return json_rows.for_source(self.dictionary, self.name).parse(body)


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
