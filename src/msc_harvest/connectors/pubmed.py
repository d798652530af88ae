"""PubMed, through NCBI's E-utilities."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from datetime import date, timedelta
from typing import ClassVar

from msc_harvest.connectors.delivery import Batch, Delivery, wanted
from msc_harvest.connectors.eutilities import (
    SearchAnswer,
    check_search,
    read_articles,
    read_database,
    read_search,
)
from msc_harvest.connectors.pubmed_rows import rows_of
from msc_harvest.errors import BadPayload, SourceError, SourceRefused
from msc_harvest.model import Fetch, Found, Notice, Parsed, Reading, Request, Strategy

# ESearch lists at most this many records of one query, and counts all of them.
WINDOW = 9_999
# Every record has an Entrez date. The bounds are far outside what any record has; no clock is read.
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(3000, 12, 31)
ENTERED, MODIFIED = "edat", "mdat"

_INDENTATION = re.compile(rb">[ \t\r]*\n\s*<")


class PubMed:
    """Articles and book chapters indexed in PubMed.

    Source: United States National Library of Medicine (NLM), PubMed, through the E-utilities of NCBI.
    Documentation: https://www.ncbi.nlm.nih.gov/books/NBK25497/ and, for the records,
        https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd.
    Licence and terms: at most 3 requests a second, 10 with a key; large jobs at weekends or at night in the eastern
        United States; tool name and e-mail go with each request. Abstracts may be under copyright: they are kept to be
        read and extracted from, not to be republished.
    Identifiers: PMID. A withdrawn PMID is never given again.
    Update rhythm: daily; a record changes on its way from publisher's data to indexed citation.
    Caveats: ESearch lists at most 9,999 records of a query, so larger ones are halved by Entrez date. Errors and
        outages arrive behind HTTP 200. A phrase missing from the index is dropped with a warning and the rest is
        answered; an unknown field tag is not reported at all. EFetch leaves unknown PMIDs out without a word.
        Indentation changes over the years and means nothing.
    """

    name: ClassVar[str] = "pubmed"
    title: ClassVar[str] = "PubMed"
    base_url: ClassVar[str] = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
    requests_per_second: ClassVar[float] = 3.0
    requests_per_second_with_key: ClassVar[float | None] = 10.0
    wants_identity: ClassVar[bool] = True
    media_type: ClassVar[str] = "text/xml"
    dictionary: ClassVar[str] = "core_publication"
    #: Records asked for by PMID in one request.
    batch: ClassVar[int] = 200

    def search(self, fetch: Fetch, strategy: Strategy, reading: Reading) -> Found:
        """List what the strategy finds, yield the records `reading` asks for, and notices. Raises SourceError when it
        cannot go on.

        Records are fetched by their PMIDs, not from a history on the server: the list of what was found is needed
        anyway to see what is missing, and a history can expire in the middle of the work.
        """
        # PubMed reads a line break as a blank; sent as one, the words stay the same wherever the text breaks its lines.
        term = " ".join(strategy.text.split())
        if not term:
            raise SourceRefused("the search strategy is empty")
        yield from _upstream(fetch)
        ids = yield from _listed(fetch, term)
        changed: frozenset[str] = frozenset()
        if reading.since is not None and ids & reading.held:
            changed = yield from _changed(fetch, term, reading.since, ids)
        ids |= changed
        chosen = wanted(ids, changed, reading, int)
        yield from (Notice("listed", pmid) for pmid in sorted(ids - chosen, key=int))
        delivery = Delivery(
            lambda pmids, is_last: [_articles(fetch, pmids, is_last)], "EFetch", self.media_type, self.batch
        )
        yield from delivery.of(sorted(chosen, key=int))

    def content(self, body: bytes) -> bytes:
        """The record without indentation: blanks between two tags that hold a line break."""
        return _INDENTATION.sub(b"><", body).strip()

    def parse(self, body: bytes) -> Parsed:
        """Rows of core.publication and its child tables. Pure. Raises RecordRejected when the record is malformed."""
        return rows_of(body)


def _search(fetch: Fetch, term: str, *limits: tuple[str, str]) -> SearchAnswer:
    form = (("db", "pubmed"), ("term", term), ("retmode", "json"), ("retstart", "0"), ("retmax", str(WINDOW)), *limits)
    return read_search(fetch(Request("esearch.fcgi", form=form, check=check_search)).body)


def _upstream(fetch: Fetch) -> Found:
    """Which build of PubMed answers, and the day it reaches; a warning when that cannot be read. Raises
    SourceUnreachable."""
    try:
        build, day = read_database(fetch(Request("einfo.fcgi", form=(("db", "pubmed"), ("retmode", "json")))).body)
    except (SourceRefused, BadPayload) as problem:
        yield Notice("warning", f"PubMed does not tell its version: {problem}")
        return
    yield Notice("upstream", build)
    yield Notice("watermark", day.isoformat())


def _listed(fetch: Fetch, term: str) -> Generator[Notice, None, frozenset[str]]:
    """Yield what the service says about the query, how many records it counts, and whether the list lacks some; returns
    their PMIDs."""
    first = _search(fetch, term)
    is_whole = len(first.ids) >= first.count
    for words in first.warnings:
        if is_whole or not words.startswith("Restrictions achieved"):  # slicing lifts that restriction
            yield Notice("warning", words)
    yield Notice("expected", str(first.count))
    ids = frozenset(first.ids)
    if not is_whole:
        ids = ids.union(_by_date(fetch, term, ENTERED, FIRST_DAY, LAST_DAY))
    if len(ids) != first.count:
        yield Notice("gap", f"PubMed counts {first.count} records and lists {len(ids)}")
    return ids


def _changed(fetch: Fetch, term: str, since: date, ids: frozenset[str]) -> Generator[Notice, None, frozenset[str]]:
    """PMIDs of records modified since that day; all of them when they cannot be listed, for what is not read now would
    never be asked for again."""
    try:
        return frozenset(_by_date(fetch, term, MODIFIED, since, LAST_DAY))
    except _DayTooFull as problem:
        yield Notice("warning", f"what changed since {since} cannot be listed, all is read: {problem}")
        return ids


class _DayTooFull(SourceError):
    """More records bear one day than one answer can list."""


def _by_date(fetch: Fetch, term: str, field: str, first: date, last: date) -> Iterator[str]:
    """PMIDs of a query whose date `field` lies between two days, in slices that one answer can list."""
    limits = (("datetype", field), ("mindate", f"{first:%Y/%m/%d}"), ("maxdate", f"{last:%Y/%m/%d}"))
    answer = _search(fetch, term, *limits)
    if len(answer.ids) >= answer.count:
        yield from answer.ids
    elif first >= last:
        raise _DayTooFull(
            f"PubMed has {answer.count} records of this strategy with {field} {first:%Y/%m/%d} and lists "
            f"{len(answer.ids)}; divide the strategy in two"
        )
    else:
        middle = first + timedelta(days=(last - first).days // 2)
        yield from _by_date(fetch, term, field, first, middle)
        yield from _by_date(fetch, term, field, middle + timedelta(days=1), last)


def _articles(fetch: Fetch, batch: list[str], is_last: bool) -> Batch:
    """What EFetch returns for these PMIDs. An empty set is asked for again while it may be a failure; the last round
    takes it at its word."""
    was_empty = False

    def check(body: bytes) -> None:
        nonlocal was_empty
        was_empty = False
        articles = read_articles(body)
        if not articles.records and not articles.deleted and not is_last:
            was_empty = True
            raise BadPayload("the article set is empty")

    form = (("db", "pubmed"), ("retmode", "xml"), ("id", ",".join(batch)))
    try:
        answer = fetch(Request("efetch.fcgi", form=form, check=check, is_transient=is_transient))
    except SourceError:
        if not was_empty:
            raise
        return Batch("", {})
    articles = read_articles(answer.body)
    return Batch(answer.url, articles.records, articles.deleted, articles.repeated)


def is_transient(status: int, body: bytes) -> bool:
    """Whether a 400 of EFetch is the time-out of a back-end, which the same request has been seen to overcome."""
    words = body.lower()
    is_timeout = b"external viewer error" in words or b"timeout" in words or b"unable to obtain query" in words
    return status == 400 and is_timeout and b"out of range" not in words
