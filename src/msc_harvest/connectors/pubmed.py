"""PubMed, through NCBI's E-utilities."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import ClassVar

from msc_harvest.connectors.eutilities import (
    ArticleSet,
    SearchAnswer,
    check_search,
    read_articles,
    read_search,
)
from msc_harvest.connectors.pubmed_rows import rows_of
from msc_harvest.errors import BadPayload, SourceError, SourceRefused
from msc_harvest.model import Fetch, Found, Notice, Parsed, Received, Request, Strategy

# ESearch lists at most this many records of one query, and counts all of them.
WINDOW = 9_999
BATCH = 200
# Every record has an Entrez date. The bounds are far outside what any record has; no clock is read.
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(3000, 12, 31)

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

    def search(self, fetch: Fetch, strategy: Strategy) -> Found:
        """Yield every record the strategy finds, and notices. Raises SourceError when it cannot go on.

        Records are fetched by their PMIDs, not from a history on the server: the list of what was found is needed
        anyway to see what is missing, and a history can expire in the middle of the work.
        """
        first = _search(fetch, strategy.text)
        is_whole = len(first.ids) >= first.count
        for words in first.warnings:
            if is_whole or not words.startswith("Restrictions achieved"):  # slicing lifts that restriction
                yield Notice("warning", words)
        yield Notice("expected", str(first.count))
        ids = first.ids
        if not is_whole:
            ids = tuple(dict.fromkeys((*ids, *_by_date(fetch, strategy.text, FIRST_DAY, LAST_DAY))))
        found = sorted(set(ids), key=int)
        if len(found) != first.count:
            yield Notice("warning", f"PubMed counts {first.count} records and lists {len(found)}")
        yield from _Delivery(fetch, self.media_type).of(found)

    def content(self, body: bytes) -> bytes:
        """The record without indentation: blanks between two tags that hold a line break."""
        return _INDENTATION.sub(b"><", body).strip()

    def parse(self, body: bytes) -> Parsed:
        """Rows of core.publication and its child tables. Pure. Raises RecordRejected when the record is malformed."""
        return rows_of(body)


def _search(fetch: Fetch, term: str, *limits: tuple[str, str]) -> SearchAnswer:
    if not term.strip():
        raise SourceRefused("the search strategy is empty")
    # PubMed reads a line break as a blank; sent as one, the words stay the same wherever the strategy breaks its lines.
    term = " ".join(term.split())
    form = (("db", "pubmed"), ("term", term), ("retmode", "json"), ("retstart", "0"), ("retmax", str(WINDOW)), *limits)
    return read_search(fetch(Request("esearch.fcgi", form=form, check=check_search)).body)


def _by_date(fetch: Fetch, term: str, first: date, last: date) -> Iterator[str]:
    """PMIDs of a query that finds more than one answer lists, taken by Entrez date in slices that fit."""
    limits = (("datetype", "edat"), ("mindate", f"{first:%Y/%m/%d}"), ("maxdate", f"{last:%Y/%m/%d}"))
    answer = _search(fetch, term, *limits)
    if len(answer.ids) >= answer.count:
        yield from answer.ids
    elif first == last:
        raise SourceError(
            f"PubMed took in {answer.count} records of this strategy on {first:%Y/%m/%d} and lists {len(answer.ids)}; "
            "divide the strategy in two"
        )
    else:
        middle = first + timedelta(days=(last - first).days // 2)
        yield from _by_date(fetch, term, first, middle)
        yield from _by_date(fetch, term, middle + timedelta(days=1), last)


class _Delivery:
    """Fetches records by PMID in batches, keeps the books of what came, and asks once more for what did not."""

    def __init__(self, fetch: Fetch, media_type: str) -> None:
        self._fetch = fetch
        self._media_type = media_type
        self._delivered: set[str] = set()
        self._withdrawn: set[str] = set()

    def of(self, asked: list[str]) -> Found:
        """Records and notices for the PMIDs asked for."""
        wanted = frozenset(asked)
        yield from self._round(asked, wanted, is_last=False)
        yield from self._round(self._open(asked), wanted, is_last=True)
        yield from (Notice("missing", pmid) for pmid in self._open(asked))

    def _open(self, asked: list[str]) -> list[str]:
        return [pmid for pmid in asked if pmid not in self._delivered and pmid not in self._withdrawn]

    def _round(self, asked: list[str], wanted: frozenset[str], is_last: bool) -> Found:
        for batch in _batches(asked):
            url, articles = self._articles(batch, is_last)
            for pmid in articles.repeated:
                yield Notice("warning", f"EFetch returned {pmid} more than once; the first is kept")
            for pmid in articles.deleted:
                if pmid not in self._withdrawn:
                    self._withdrawn.add(pmid)
                    yield Notice("deleted", pmid)
            for pmid, body in articles.records.items():
                if pmid in self._delivered:
                    continue
                if pmid not in wanted and not pmid.startswith("sha256-"):
                    yield Notice("warning", f"EFetch returned {pmid}, which was not asked for; it is left out")
                    continue
                if pmid not in wanted:
                    yield Notice("warning", f"EFetch returned a record without a PMID, kept as {pmid}")
                self._delivered.add(pmid)
                yield Received(pmid, body, url, self._media_type)

    def _articles(self, batch: list[str], is_last: bool) -> tuple[str, ArticleSet]:
        # An empty set is asked for again while it may be a failure; the last round takes it at its word.
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
            answer = self._fetch(Request("efetch.fcgi", form=form, check=check, is_transient=is_transient))
        except SourceError:
            if not was_empty:
                raise
            return "", ArticleSet({}, (), ())
        return answer.url, read_articles(answer.body)


def is_transient(status: int, body: bytes) -> bool:
    """Whether a 400 of EFetch is the time-out of a back-end, which the same request has been seen to overcome."""
    words = body.lower()
    is_timeout = b"external viewer error" in words or b"timeout" in words or b"unable to obtain query" in words
    return status == 400 and is_timeout and b"out of range" not in words


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield batch
