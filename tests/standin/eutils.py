"""EInfo, ESearch and EFetch for PubMed over a given set of articles.

Faithful in: POST forms, the history server and its expiry, retstart and retmax, the window of 9,999 with its warning and
its unreadable error, an empty set for unknown ids, deleted ids, errors behind HTTP 200, the DOCTYPE, date limits. Not
faithful in: the query language; `matches` decides which articles a term finds (by default all), only date ranges are
understood; ESearch in XML; one Entrez date for both `edat` and `crdt`; and the wording of errors beyond their first words.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from hashlib import sha256

from tests.standin.answers import Answer, Pairs, as_json, first
from tests.standin.article_dates import is_dated

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
_DESCRIPTION = "PubMed bibliographic record"

Matches = Callable[[str, bytes], bool]


class Eutils:
    """`articles` are PubmedArticle or PubmedBookArticle elements as bytes. `window` replaces the 9,999. `lost` are ids
    that searches find and EFetch never returns, `deleted` those it reports as deleted instead; `phrases_not_found` are
    told after every search. `lastupdate` ("YYYY/MM/DD HH:MM") and `dbbuild` (made from it by default) are what EInfo
    tells. `expire_history`: no search is remembered, though each gets a WebEnv.
    """

    def __init__(
        self,
        articles: Sequence[bytes],
        *,
        matches: Matches = lambda _term, _article: True,
        window: int = 9_999,
        lost: Sequence[str] = (),
        deleted: Sequence[str] = (),
        phrases_not_found: Sequence[str] = (),
        lastupdate: str = "2026/09/11 09:05",
        dbbuild: str | None = None,
        expire_history: bool = False,
    ) -> None:
        self._matches = matches
        self._window = window
        self._lost = frozenset(lost)
        self._deleted = frozenset(deleted)
        self._phrases = list(phrases_not_found)
        self._expires = expire_history
        self._histories: dict[str, list[list[str]]] = {}
        self._lock = threading.RLock()
        self.reload(articles, lastupdate, dbbuild)

    def reload(self, articles: Sequence[bytes], lastupdate: str, dbbuild: str | None = None) -> None:
        """Replace the articles, as an update of the database does. Histories keep the ids they hold."""
        with self._lock:
            self._articles = {pmid_of(article): article for article in articles}
            self._lastupdate = lastupdate
            self._dbbuild = dbbuild or "Build-" + re.sub(r"\D+", ".", lastupdate)

    def answer(self, path: str, pairs: Pairs) -> Answer:
        """The answer to a GET or POST of `path` (below the service's root); `pairs` joins query and form."""
        limit = "10" if first(pairs, "api_key") else "3"
        headers = {"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": str(int(limit) - 1), "Server": "Finatra"}
        with self._lock:
            if path == "/esearch.fcgi":
                answer = self._search(pairs)
            elif path == "/efetch.fcgi":
                answer = self._fetch(pairs)
            elif path == "/einfo.fcgi":
                answer = self._info(pairs)
            else:
                answer = Answer(404, "text/html; charset=UTF-8", b"<html><body>Not Found</body></html>")
        return Answer(answer.status, answer.media_type, answer.body, {**headers, **answer.headers}, chunked=True)

    def _info(self, pairs: Pairs) -> Answer:
        told = {
            "dbname": "pubmed",
            "menuname": "PubMed",
            "description": _DESCRIPTION,
            "dbbuild": self._dbbuild,
            "count": str(len(self._articles)),
            "lastupdate": self._lastupdate,
        }
        if first(pairs, "retmode") == "json":
            result = {"dbinfo": [told]} if first(pairs, "db") else {"dblist": ["pubmed"]}
            return as_json({"header": {"type": "einfo", "version": "0.3"}, "einforesult": result})
        names = ("DbName", "MenuName", "Description", "DbBuild", "Count", "LastUpdate")
        members = "".join(f"\t<{name}>{told[name.lower()]}</{name}>\n" for name in names)
        inner = f"\t<DbInfo>\n{members}\t</DbInfo>\n"
        if not first(pairs, "db"):
            inner = "<DbList>\n\t<DbName>pubmed</DbName>\n</DbList>\n"
        return _xml(200, "eInfoResult", "einfo 20190110", "20190110/einfo.dtd", "eInfoResult", inner)

    def _search(self, pairs: Pairs) -> Answer:
        history = first(pairs, "WebEnv")
        if history and (self._expires or history not in self._histories):
            return as_json({"esearchresult": {"ERROR": f"Unable to obtain query #{first(pairs, 'query_key', '1')}"}})
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
            result["querykey"], result["webenv"] = self._remember(found, history)
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
            if self._matches(plain, article) and all(is_dated(article, low, high, field) for low, high, field in ranges)
        ]
        return sorted(found, key=int, reverse=True)

    def _remember(self, found: list[str], history: str) -> tuple[str, str]:
        name = history or "MCID_" + sha256(repr((found, len(self._histories))).encode()).hexdigest()[:26]
        queries = self._histories.setdefault(name, [])
        queries.append(found)
        return str(len(queries)), name

    def _fetch(self, pairs: Pairs) -> Answer:
        if history := first(pairs, "WebEnv"):
            queries = [] if self._expires else self._histories.get(history, [])
            key = int(first(pairs, "query_key", "1"))
            if key > len(queries):
                return fetch_error(200, f"Unable to obtain query #{key}")
            start, size = int(first(pairs, "retstart", "0")), int(first(pairs, "retmax", "20"))
            ids = queries[key - 1]
            if start >= max(len(ids), 1):
                return fetch_error(
                    400,
                    f"Cannot retrieve history data: OUT OF RANGE. (stand-in: retstart={start} of {len(ids)} ids)",
                )
            ids = ids[start : start + size]
        else:
            ids = [one.strip() for name, value in pairs if name == "id" for one in value.split(",") if one.strip()]
            if not ids:
                return fetch_error(200, "Supplied id parameter is empty.")
        return Answer(200, "text/xml; charset=UTF-8", self._set_of(ids))

    def _set_of(self, ids: list[str]) -> bytes:
        hidden = self._lost | self._deleted
        shown = [self._articles[one] for one in ids if one in self._articles and one not in hidden]
        gone = [b'<PMID Version="1">%s</PMID>' % one.encode() for one in ids if one in self._deleted]
        end = b"<DeleteCitation>%s</DeleteCitation>" % b"".join(gone) if gone else b""
        return _PREAMBLE + b"".join(article + b"\n" for article in shown) + end + b"</PubmedArticleSet>"


def pmid_of(article: bytes) -> str:
    """The first PMID of an article element."""
    found = _PMID.search(article)
    assert found is not None, "an article without a PMID"
    return found[1].decode()


def fetch_error(status: int, words: str) -> Answer:
    """An error of EFetch, which names its document type otherwise than its root."""
    inner = f"\t<ERROR>{words}</ERROR>\n"
    return _xml(status, "eEfetchResult", "efetch 20131226", "20131226/efetch.dtd", "eFetchResult", inner)


def _result(result: dict[str, object]) -> Answer:
    return as_json({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": result})


def _xml(status: int, doctype: str, public: str, system: str, root: str, inner: str) -> Answer:
    body = (
        f'<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE {doctype} PUBLIC "-//NLM//DTD {public}//EN" '
        f'"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/{system}">\n<{root}>\n{inner}</{root}>\n'
    )
    return Answer(status, "text/xml; charset=UTF-8", body.encode())
