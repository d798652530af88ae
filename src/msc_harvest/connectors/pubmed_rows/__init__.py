"""One PubMed record, as bytes, into typed rows of core.publication and its child tables.

Elements are dispatched by tag; a tag without a reader is drift. Attributes are checked on every element that occurs
once in a record, and on the first of each repeated one (authors, headings, abstract sections): a new attribute shows
in its first record all the same. Inline markup within text is kept as text and never drift.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from msc_harvest import dictionary
from msc_harvest.connectors.pubmed_rows import article, book
from msc_harvest.connectors.pubmed_rows.record import Record
from msc_harvest.connectors.pubmed_rows.sections import settle_identifiers
from msc_harvest.connectors.pubmed_rows.xml_text import Element, plain, root_of
from msc_harvest.errors import RecordRejected
from msc_harvest.model import Parsed, Row

PUBLICATION = "core.publication"
BOOK = "core.publication_book"
DICTIONARY = "core_publication"

_READERS = {article.ROOT: (article.read, "MedlineCitation"), book.ROOT: (book.read, "BookDocument")}


def rows_of(body: bytes) -> Parsed:
    """Rows of one PubmedArticle or PubmedBookArticle. Raises RecordRejected when it is malformed, is another element,
    or has no PMID of its own."""
    root = root_of(body)
    if root.tag not in _READERS:
        raise RecordRejected(f"<{str(root.tag)[:60]}> is not a PubMed record")
    read, citation = _READERS[root.tag]
    record = Record(_pmid(root, citation))
    read(record, root)
    settle_identifiers(record)
    rows = {table: lines for table, lines in record.rows.items() if lines}
    rows[PUBLICATION] = [_in_order(PUBLICATION, record.facts)]
    if record.book:
        rows[BOOK] = [_in_order(BOOK, record.book)]
    return Parsed(rows, tuple(dict.fromkeys(record.drift)))


def _pmid(root: Element, citation: str) -> str:
    owner = _first(root, citation)
    element = _first(owner, "PMID") if owner is not None else None
    text = plain(element) if element is not None else None
    if text is None:
        raise RecordRejected("the record has no PMID of its own")
    if not (text.isascii() and text.isdigit()):
        raise RecordRejected(f"the record's PMID is not a number: {text[:40]!r}")
    return text


def _first(parent: Element, tag: str) -> Element | None:
    first = parent[0] if len(parent) else None
    return first if first is None or first.tag == tag else next(parent.iterchildren(tag), None)


def _in_order(table: str, facts: dict[str, Any]) -> Row:
    return tuple(map(facts.get, _columns()[table]))


@lru_cache(maxsize=1)
def _columns() -> dict[str, tuple[str, ...]]:
    return {table.name: tuple(one.name for one in table.columns) for table in dictionary.tables(DICTIONARY)}
