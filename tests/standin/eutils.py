"""ESearch and EFetch for PubMed over a given set of articles.

Faithful in: POST forms, the history server, retstart and retmax, the window of 9,999 with its warning and its
unreadable error, an empty set for unknown ids, errors behind HTTP 200, the DOCTYPE, date limits. Not faithful in: the
query language; `matches` decides which articles a term finds (by default all), only date ranges are understood; and the
wording of errors beyond their first words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from hashlib import sha256

from tests.standin.answers import Answer, Pairs, as_json, first

ROOT = "/entrez/eutils"
_PMID = re.compile(rb"<PMID[^>]*>(\d+)</PMID>")
_RANGE = re.compile(r'"?(\d{4}(?:/\d{1,2}){0,2})"?\s*\[[^\]]*\]\s*:\s*"?(\d{4}(?:/\d{1,2}){0,2})"?\s*\[([^\]]*)\]')
_PREAMBLE = (
    b'<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    b'"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
)
_WINDOW_ERROR = (
    b'{"header":{"type":"esearch","version":"0.3"},"esearchresult":{"ERROR":"Search Backend failed: Exception:\n'
    b"'retstart' cannot be larger than %d (stand-in: the window holds %d records)"
    b'"}}'
)

Matches = Callable[[str, bytes], bool]


class Eutils:
    """`articles` are PubmedArticle or PubmedBookArticle elements as bytes. `window` replaces the 9,999. `lost` are ids
    that searches find and EFetch never returns; `warnings` are output messages added to every search."""

    def __init__(
        self,
        articles: Sequence[bytes],
        *,
        matches: Matches = lambda _term, _article: True,
        window: int = 9_999,
        lost: Sequence[str] = (),
        phrases_not_found: Sequence[str] = (),
    ) -> None:
        self._articles = {pmid_of(article): article for article in articles}
        self._matches = matches
        self._window = window
        self._lost = frozenset(lost)
        self._phrases = list(phrases_not_found)
        self._histories: dict[str, list[list[str]]] = {}

    def answer(self, path: str, pairs: Pairs) -> Answer:
        """The answer to a GET or POST of `path` (below the service's root); `pairs` joins query and form."""
        limit = "10" if first(pairs, "api_key") else "3"
        headers = {"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": str(int(limit) - 1), "Server": "Finatra"}
        if path == "/esearch.fcgi":
            answer = self._search(pairs)
        elif path == "/efetch.fcgi":
            answer = self._fetch(pairs)
        elif path == "/einfo.fcgi":
            build = {"dbname": "pubmed", "dbbuild": "Build-2026.09.11.09.05", "lastupdate": "2026/09/11 09:05"}
            answer = as_json({"header": {"type": "einfo", "version": "0.3"}, "einforesult": {"dbinfo": [build]}})
        else:
            answer = Answer(404, "text/html; charset=UTF-8", b"<html><body>Not Found</body></html>")
        return Answer(answer.status, answer.media_type, answer.body, {**headers, **answer.headers}, chunked=True)

    def _search(self, pairs: Pairs) -> Answer:
        term = first(pairs, "term")
        if not term.strip():
            return _result({"ERROR": "Empty term and query_key - nothing todo"})
        start, size = int(first(pairs, "retstart", "0")), int(first(pairs, "retmax", "20"))
        if start >= self._window:
            return Answer(200, "application/json", _WINDOW_ERROR % (self._window - 1, self._window))
        found = self._found(term, pairs)
        messages = [] if found else ["No items found."]
        if start + size > self._window:
            size = self._window - start
            messages.append(f"Restrictions achieved. start and count adjusted to {start}, {size}")
        ids = found[start : start + size]
        result: dict[str, object] = {"count": str(len(found)), "retmax": str(len(ids)), "retstart": str(start)}
        if first(pairs, "usehistory") == "y":
            result["querykey"], result["webenv"] = self._remember(found, first(pairs, "WebEnv"))
        if first(pairs, "rettype") == "count":
            return _result({"count": str(len(found))})
        result |= {"idlist": ids, "translationset": [], "querytranslation": term}
        if messages or self._phrases:
            result["warninglist"] = {
                "phrasesignored": [],
                "quotedphrasesnotfound": self._phrases,
                "outputmessages": messages,
            }
        return _result(result)

    def _found(self, term: str, pairs: Pairs) -> list[str]:
        ranges = [(low, high, field) for low, high, field in _RANGE.findall(term)]
        if first(pairs, "mindate") and first(pairs, "maxdate"):
            ranges.append((first(pairs, "mindate"), first(pairs, "maxdate"), first(pairs, "datetype", "pdat")))
        plain = _RANGE.sub("", term)
        found = [
            pmid
            for pmid, article in self._articles.items()
            if self._matches(plain, article) and all(_dated(article, low, high, field) for low, high, field in ranges)
        ]
        return sorted(found, key=int, reverse=True)

    def _remember(self, found: list[str], history: str) -> tuple[str, str]:
        name = history or "MCID_" + sha256(repr((found, len(self._histories))).encode()).hexdigest()[:26]
        queries = self._histories.setdefault(name, [])
        queries.append(found)
        return str(len(queries)), name

    def _fetch(self, pairs: Pairs) -> Answer:
        if history := first(pairs, "WebEnv"):
            queries = self._histories.get(history, [])
            key = int(first(pairs, "query_key", "1"))
            if key > len(queries):
                return _fault(200, f"Unable to obtain query #{key}")
            start, size = int(first(pairs, "retstart", "0")), int(first(pairs, "retmax", "20"))
            ids = queries[key - 1]
            if start >= max(len(ids), 1):
                return _fault(
                    400,
                    f"Cannot retrieve history data: OUT OF RANGE. (stand-in: retstart={start} of {len(ids)} ids)",
                )
            ids = ids[start : start + size]
        else:
            ids = [one.strip() for name, value in pairs if name == "id" for one in value.split(",") if one.strip()]
            if not ids:
                return _fault(200, "Supplied id parameter is empty.")
        shown = [self._articles[one] for one in ids if one in self._articles and one not in self._lost]
        body = _PREAMBLE + b"".join(article + b"\n" for article in shown) + b"</PubmedArticleSet>"
        return Answer(200, "text/xml; charset=UTF-8", body)


def pmid_of(article: bytes) -> str:
    """The first PMID of an article element."""
    found = _PMID.search(article)
    assert found is not None, "an article without a PMID"
    return found[1].decode()


def _result(result: dict[str, object]) -> Answer:
    return as_json({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": result})


def _fault(status: int, words: str) -> Answer:
    body = (
        '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eEfetchResult PUBLIC "-//NLM//DTD efetch 20131226//EN" '
        f'"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20131226/efetch.dtd">\n<eFetchResult>\n\t<ERROR>{words}</ERROR>\n'
        "</eFetchResult>\n"
    )
    return Answer(status, "text/xml; charset=UTF-8", body.encode())


_DATE_ELEMENTS = {
    "pdat": rb"<PubDate>(.*?)</PubDate>",
    "dp": rb"<PubDate>(.*?)</PubDate>",
    "mdat": rb"<DateRevised>(.*?)</DateRevised>",
    "edat": rb'<PubMedPubDate PubStatus="entrez">(.*?)</PubMedPubDate>',
}


def _dated(article: bytes, low: str, high: str, field: str) -> bool:
    """Whether the article's date lies in low..high (YYYY, YYYY/MM or YYYY/MM/DD; a short bound spans all of it)."""
    element = re.search(_DATE_ELEMENTS.get(field.lower(), _DATE_ELEMENTS["edat"]), article, re.DOTALL)
    element = element or re.search(_DATE_ELEMENTS["pdat"], article, re.DOTALL)
    if element is None:
        return False
    parts = [re.search(rb"<%s>(\d+)</%s>" % (name, name), element[1]) for name in (b"Year", b"Month", b"Day")]
    date = tuple(int(part[1]) if part else 1 for part in parts)
    return _bound(low, 1) <= date <= _bound(high, 99)


def _bound(text: str, rest: int) -> tuple[int, ...]:
    parts = [int(part) for part in text.split("/")]
    return (*parts, *[rest] * (3 - len(parts)))
