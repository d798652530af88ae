"""Studies of ClinicalTrials.gov by their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from msc_harvest.connectors import study_pages
from msc_harvest.connectors.delivery import NAMELESS, Batch
from msc_harvest.errors import BadPayload, SourceRefused
from msc_harvest.model import Fetch, Request

#: The member that carries the day of the data set, with one comma beside it. Quotes inside JSON texts are escaped,
#: so no text can look like it.
_VERSION_HOLDER = re.compile(rb',\s*"versionHolder"\s*:\s*"[^"\\]*"|"versionHolder"\s*:\s*"[^"\\]*"\s*,?\s*')
#: One number the register refuses is found by halving in some eight requests. A service that refuses so many in a row
#: refuses us, not a number.
_REFUSALS_IN_A_ROW = 20


class StudyBatches:
    """Asks for studies by number; an `Ask` of one delivery.

    A number the register refuses costs its neighbours nothing: the rest is asked for in halves, and so are studies that
    together make an answer too large to take. Raises SourceRefused when nothing but refusals comes.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._refusals = 0

    def __call__(self, numbers: list[str], is_last: bool) -> Iterator[Batch]:
        """The studies of these numbers, as they come."""
        named = (("filter.ids", "|".join(numbers)), ("pageSize", str(study_pages.MOST)))
        try:
            answer = self._fetch(Request("studies", named, check=study_pages.check))
        except (SourceRefused, BadPayload) as problem:
            self._refusals += 1
            if self._refusals >= _REFUSALS_IN_A_ROW:
                raise
            if len(numbers) == 1:
                yield Batch("", {}, refused={numbers[0]: str(problem)})
                return
            middle = len(numbers) // 2
            yield from self(numbers[:middle], is_last)
            yield from self(numbers[middle:], is_last)
            return
        self._refusals = 0
        yield _batch(answer.url, answer.body, numbers)


def content(body: bytes) -> bytes:
    """A study without `derivedSection.miscInfoModule.versionHolder`, the day of the data set behind it."""
    return _VERSION_HOLDER.sub(b"", body)


def _batch(url: str, page: bytes, numbers: list[str]) -> Batch:
    records: dict[str, bytes] = {}
    repeated: list[str] = []
    for study in study_pages.split(page).studies:
        body = bytes(study)
        number = study_pages.nct_id(study) or NAMELESS + sha256(content(body)).hexdigest()[:16]
        if number in records:
            repeated.append(number)
        else:
            records[number] = body
    return Batch(url, records, repeated=tuple(repeated), renamed=_renamed(set(numbers) - records.keys(), records))


def _renamed(absent: set[str], records: dict[str, bytes]) -> dict[str, str]:
    """The numbers that did not come but are aliases of a study that did: filter.ids finds those, too."""
    if not absent:
        return {}
    return {old: now for now, body in records.items() for old in sorted(absent & study_pages.aliases(body))}
