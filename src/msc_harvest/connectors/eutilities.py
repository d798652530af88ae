"""What NCBI's E-utilities answer: search results, article sets, and errors that arrive behind HTTP 200."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from lxml import etree

from msc_harvest.errors import BadPayload, SourceRefused

# Faults of the question; every other error the service words as "failed" has been seen to pass.
_FAULTS_OF_THE_QUESTION = ("empty term", "retstart", "invalid db name", "query syntax")

_PROLOGUE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml(?P<declaration>[^>]*)\?>)?(?:\s|<!--.*?-->)*"
    rb"(?:<!DOCTYPE(?P<doctype>(?:\"[^\"]*\"|'[^']*'|[^\[>\"'])*)(?P<subset>\[)?>?)?(?:\s|<!--.*?-->)*"
    rb"(?:<(?P<root>[A-Za-z][\w.:-]*))?",
    re.DOTALL,
)
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_UPDATED = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(?!\d)")
_UTF8 = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})
_ERROR = re.compile(rb"<ERROR>\s*(.*?)\s*</ERROR>", re.DOTALL)
_HIDDEN = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_EMPTY_SET = re.compile(rb"<PubmedArticleSet[^>]*/>\s*$")
_END_OF_SET = re.compile(rb"</PubmedArticleSet\s*>(?:\s|<!--.*?-->)*$", re.DOTALL)
_END_OF_RECORD = re.compile(rb"<(/?)Pubmed(Book)?Article(?=[\s/>])[^>]*>")
_DELETED = re.compile(rb"<DeleteCitation(?=[\s>]).*?</DeleteCitation\s*>", re.DOTALL)
_PMID = re.compile(rb"<PMID(?:\s[^>]*)?>\s*([0-9]{1,12})\s*</PMID\s*>")
_OWN_PMID = re.compile(
    rb"<(?:MedlineCitation|BookDocument)(?:\s[^>]*)?>(?:\s|<!--.*?-->)*<PMID(?:\s[^>]*)?>\s*([0-9]{1,12})\s*</PMID\s*>",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """How many records a search found, the ids it listed, and what the service says about the query."""

    count: int
    ids: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArticleSet:
    """Records by PMID in the order received, bodies byte for byte; ids withdrawn; PMIDs received more than once.

    A record without a PMID of its own stands under `sha256-` and the start of its digest.
    """

    records: dict[str, bytes]
    deleted: tuple[str, ...]
    repeated: tuple[str, ...]


def read_search(body: bytes) -> SearchAnswer:
    """The answer of ESearch with retmode=json.

    Raises SourceRefused when the service says that the query is wrong, BadPayload for every other answer that is no
    result: a page, an outage in disguise, a result without a count. An absent count is never zero.
    """
    result = _result(body)
    error = result.get("ERROR") or result.get("error")
    if error:
        raise _fault(str(error))
    count, listed = str(result.get("count", "")), result.get("idlist", [])
    if not (count.isascii() and count.isdigit()):
        raise BadPayload("the search result has no count")
    if not isinstance(listed, list) or not all(str(one).isascii() and str(one).isdigit() for one in listed):
        raise BadPayload("the search result lists something that is no PMID")
    return SearchAnswer(int(count), tuple(str(one) for one in listed), tuple(_warnings(result)))


def check_search(body: bytes) -> None:
    """Raises what `read_search` raises."""
    read_search(body)


def read_database(body: bytes) -> tuple[str, date]:
    """(name of the build, the day it was updated) out of the answer of EInfo with retmode=json.

    Raises BadPayload for anything that does not say both.
    """
    found = _member(body, "einforesult").get("dbinfo")
    info = found[0] if isinstance(found, list) and found else found
    if not isinstance(info, dict):
        raise BadPayload("the answer about the database holds no dbinfo")
    day = _UPDATED.match(str(info.get("lastupdate", "")))
    try:
        return f"{info['dbbuild']} lastupdate {info['lastupdate']}", date(*map(int, day.groups() if day else ()))
    except (KeyError, TypeError, ValueError):
        raise BadPayload("the answer about the database names no build or no day") from None


def _result(body: bytes) -> dict[str, object]:
    return _member(body, "esearchresult")


def _member(body: bytes, name: str) -> dict[str, object]:
    try:
        # strict=False: the service puts raw line breaks into its error texts.
        answer = json.loads(body, strict=False)
    except (ValueError, RecursionError):
        raise BadPayload(f"the answer is not JSON: {_start(body)}") from None
    if not isinstance(answer, dict):
        raise BadPayload("the answer is not an object")
    if answer.get("error"):
        raise _fault(str(answer["error"]))
    result = answer.get(name)
    if not isinstance(result, dict):
        raise BadPayload(f"the answer holds no {name}")
    return result


def _fault(words: str) -> BadPayload | SourceRefused:
    words = " ".join(words.split())[:300]
    if any(sign in words.lower() for sign in _FAULTS_OF_THE_QUESTION):
        return SourceRefused(f"PubMed refuses the query: {words}")
    return BadPayload(f"PubMed answers with an error: {words}")


def _warnings(result: dict[str, object]) -> Iterator[str]:
    for group, lead in (("errorlist", "not found"), ("warninglist", "warning")):
        lists = result.get(group)
        if not isinstance(lists, dict):
            continue
        for kind, entries in lists.items():
            for entry in entries if isinstance(entries, list) else [entries]:
                text = " ".join(str(entry).split())
                if text:
                    yield text if kind == "outputmessages" else f"{lead}: {kind}: {text}"


def read_articles(body: bytes) -> ArticleSet:
    """The records of an EFetch answer, cut at their tags so that each keeps its bytes. An empty set is no fault here.

    Raises BadPayload for anything that is not a complete PubmedArticleSet in UTF-8 without a DTD of its own.
    """
    start = _check_frame(body)
    # Same length, comments and CDATA blanked: tags named there are text, and places stay where they are.
    has_hidden = body.find(b"<!", start) >= 0
    shadow = _HIDDEN.sub(lambda hidden: b" " * len(hidden[0]), body) if has_hidden else body
    cuts = _cuts(shadow)
    bodies = _cut_by_parser(body) if cuts is None else [body[first:last] for first, last in cuts]
    records: dict[str, bytes] = {}
    repeated: list[str] = []
    for one in bodies:
        pmid = own_pmid(one)
        if pmid in records:
            repeated.append(pmid)
        else:
            records[pmid] = one
    withdrawn = [pmid.decode() for block in _deletions(shadow, cuts or []) for pmid in _PMID.findall(block)]
    return ArticleSet(records, tuple(dict.fromkeys(withdrawn)), tuple(repeated))


def _deletions(shadow: bytes, cuts: list[tuple[int, int]]) -> list[bytes]:
    """The DeleteCitation elements, which stand between or behind the records."""
    first = [0, *(last for _, last in cuts)]
    last = [*(first for first, _ in cuts), len(shadow)]
    between = b" ".join(shadow[start:end] for start, end in zip(first, last, strict=True))
    return _DELETED.findall(between)


def own_pmid(record: bytes) -> str:
    """The PMID a record gives itself, never that of a record it cites; `sha256-…` when it gives none."""
    found = _OWN_PMID.search(record)
    if found:
        return found[1].decode()
    return _pmid_by_parser(record) or "sha256-" + sha256(record).hexdigest()[:16]


def _check_frame(body: bytes) -> int:
    """Where the root element begins. Raises BadPayload for what is not a complete set of articles."""
    prologue = _PROLOGUE.match(body)
    root = prologue["root"] if prologue else None
    if not prologue or not root or root.lower() == b"html":
        raise BadPayload(f"the answer is not XML: {_start(body)}")
    if prologue["subset"]:
        raise BadPayload("the answer brings a document type of its own")
    encoding = _ENCODING.search(prologue["declaration"] or b"")
    if encoding and encoding[1].lower() not in _UTF8:
        raise BadPayload(f"the answer is in {encoding[1].decode()}, not UTF-8")
    if error := _ERROR.search(body) if root != b"PubmedArticleSet" else None:
        raise BadPayload("EFetch answers with an error: " + " ".join(error[1].decode("utf-8", "replace").split())[:300])
    if root != b"PubmedArticleSet":
        raise BadPayload(f"the answer is <{root.decode()[:40]}>, not an article set")
    if not _END_OF_SET.search(body, max(body.rfind(b"</PubmedArticleSet"), 0)) and not _EMPTY_SET.search(body):
        raise BadPayload("the article set is cut short")
    return prologue.start("root")


def _cuts(shadow: bytes) -> list[tuple[int, int]] | None:
    """Where each record begins and ends; None when the tags do not pair up one by one."""
    tags = list(_tags(shadow))
    pairs = list(zip(tags[::2], tags[1::2], strict=False))
    if len(tags) % 2 or not all(_is_pair(start, end) for start, end in pairs):
        return None
    return [(start.start(), end.end()) for start, end in pairs]


def _tags(shadow: bytes) -> Iterator[re.Match[bytes]]:
    # The word is rare, the bracket before it is not: looking for the word first is several times as fast.
    at = shadow.find(b"Pubmed")
    while at >= 0:
        bracket = at - 2 if shadow[at - 1 : at] == b"/" else at - 1
        if bracket >= 0 and (tag := _END_OF_RECORD.match(shadow, bracket)):
            yield tag
        at = shadow.find(b"Pubmed", at + 6)


def _is_pair(start: re.Match[bytes], end: re.Match[bytes]) -> bool:
    return not start[1] and bool(end[1]) and start[2] == end[2] and not start[0].endswith(b"/>")


def _cut_by_parser(body: bytes) -> list[bytes]:
    """The records as the parser sees them, written out again: for sets whose tags cannot be paired by eye."""
    root = _parse(body)
    if root is None:
        raise BadPayload("the article set is malformed")
    found = root.iterchildren("PubmedArticle", "PubmedBookArticle")
    return [etree.tostring(one, with_tail=False, encoding="UTF-8") for one in found]


def _pmid_by_parser(record: bytes) -> str | None:
    root = _parse(record)
    for owner in root.iterchildren("MedlineCitation", "BookDocument") if root is not None else ():
        for element in owner.iterchildren("PMID"):
            text = (element.text or "").strip()
            if text.isascii() and text.isdigit():
                return str(text)
    return None


def _parse(body: bytes) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        return etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError, LookupError):
        return None


def _start(body: bytes) -> str:
    return repr(" ".join(body[:120].decode("utf-8", "replace").split())[:80])
