"""Sections that articles and books share: abstract, keywords, types, grants, identifiers, history."""

from __future__ import annotations

from msc_harvest.connectors.pubmed_rows.record import Record
from msc_harvest.connectors.pubmed_rows.xml_text import (
    Element,
    plain,
    read_day,
    whole_number,
    words,
    yes,
)
from msc_harvest.model import Row

ABSTRACT = "core.publication_abstract"
SECTION = "core.publication_abstract_section"
KEYWORD = "core.publication_keyword"
TYPE = "core.publication_type"
GRANT = "core.publication_grant"
ARTICLE_ID = "core.publication_article_id"
ELOCATION = "core.publication_elocation"
HISTORY = "core.publication_history"

_SECTION_ATTRIBUTES = frozenset({"Label", "NlmCategory"})
_GRANT_PARTS = frozenset({"GrantID", "Acronym", "Agency", "Country"})


def abstract(record: Record, element: Element, path: str) -> None:
    """The abstract as one text and as sections with their spans in it; the copyright line as a fact."""
    rows = record.rows[SECTION]
    texts: list[str] = []
    reached = 0
    for child in element[:]:
        if child.tag == "AbstractText":
            label, text = child.get("Label"), words(child)
            if not rows:
                record.attributes(f"{path}/AbstractText", child, _SECTION_ATTRIBUTES)
            start = end = None
            if text:
                lead = f"{label.rstrip(': ')}: " if label and label.strip() else ""
                start = reached + len(lead)
                end = start + len(text)
                reached = end + 1
                texts.append(lead + text)
            rows.append((record.pmid, len(rows) + 1, label or None, child.get("NlmCategory") or None, text, start, end))
        elif child.tag == "CopyrightInformation":
            record.facts["copyright_text"] = words(child)
        else:
            record.unknown(path, child)
    if texts:
        record.rows[ABSTRACT].append((record.pmid, "\n".join(texts)))


def labelled_text(record: Record, element: Element, path: str) -> tuple[str | None, str | None]:
    """(sections joined like an abstract, copyright line) of another abstract."""
    texts: list[str] = []
    copyright_text: str | None = None
    for child in element[:]:
        if child.tag == "AbstractText":
            label, text = child.get("Label"), words(child)
            if text:
                texts.append(f"{label.rstrip(': ')}: {text}" if label and label.strip() else text)
        elif child.tag == "CopyrightInformation":
            copyright_text = words(child)
        else:
            record.unknown(path, child)
    return "\n".join(texts) or None, copyright_text


def keywords(record: Record, element: Element, path: str) -> None:
    """Keywords with the owner of their list; numbered on from list to list."""
    rows, owner, pmid = record.rows[KEYWORD], element.get("Owner") or None, record.pmid
    for child in record.children(element, "Keyword", path):
        rows.append((pmid, len(rows) + 1, words(child), owner, yes(child.get("MajorTopicYN"))))


def publication_type(record: Record, element: Element) -> None:
    """One type of publication."""
    rows = record.rows[TYPE]
    rows.append((record.pmid, len(rows) + 1, plain(element), element.get("UI") or None))


def grants(record: Record, element: Element, path: str) -> None:
    """Grants; whether the list is complete is a fact."""
    record.facts["grants_complete"] = yes(element.get("CompleteYN"))
    rows = record.rows[GRANT]
    for grant in record.children(element, "Grant", path):
        parts: dict[str, str | None] = {}
        for child in grant[:]:
            if child.tag in _GRANT_PARTS:
                parts[child.tag] = plain(child)
            else:
                record.unknown(f"{path}/Grant", child)
        known = (parts.get("GrantID"), parts.get("Acronym"), parts.get("Agency"), parts.get("Country"))
        rows.append((record.pmid, len(rows) + 1, *known))


def article_ids(record: Record, element: Element, place: str, path: str) -> None:
    """Identifiers of this very record; `place` is `record` for NLM's list, `book` for that of the book document."""
    rows, pmid = record.rows[ARTICLE_ID], record.pmid
    for child in record.children(element, "ArticleId", path):
        rows.append((pmid, len(rows) + 1, child.get("IdType") or None, plain(child), place))


def elocation(record: Record, element: Element) -> None:
    """An electronic address the journal gave: a DOI or a publisher's item number."""
    rows = record.rows[ELOCATION]
    is_valid = element.get("ValidYN") != "N"
    rows.append((record.pmid, len(rows) + 1, element.get("EIdType") or None, plain(element), is_valid))


def history(record: Record, element: Element, path: str) -> None:
    """Dates of the record's way: received, accepted, entrez, pubmed, medline …"""
    rows, pmid = record.rows[HISTORY], record.pmid
    for step in record.children(element, "PubMedPubDate", path):
        year = month = day = hour = minute = None
        for part in step[:]:
            tag = part.tag
            if tag == "Year":
                year = part.text
            elif tag == "Month":
                month = part.text
            elif tag == "Day":
                day = part.text
            elif tag == "Hour":
                hour = part.text
            elif tag == "Minute":
                minute = part.text
            elif tag != "Second":
                record.unknown(f"{path}/PubMedPubDate", part)
        clock = (whole_number(hour), whole_number(minute))
        rows.append((pmid, len(rows) + 1, step.get("PubStatus") or None, *read_day(year, month, day), *clock))


def settle_identifiers(record: Record) -> None:
    """Choose doi, doi_other, pmc_id and pii from NLM's list and from the journal's own addresses.

    NLM's list comes first; a DOI elsewhere that differs in more than case stands in `doi_other`. An address its journal
    has declared invalid is kept in its table only.
    """
    listed: list[Row] = record.rows.get(ARTICLE_ID, [])
    given: list[Row] = record.rows.get(ELOCATION, [])
    facts = record.facts
    # Both tables end in (kind, value, last); `last` of an address is whether it is valid, and of a listed id its place.
    for _, _, kind, value, last in (*listed, *given):
        if not value or last is False:
            continue
        if kind == "doi":
            doi = facts.setdefault("doi", value)
            if value.lower() != doi.lower():
                facts.setdefault("doi_other", value)
        elif kind == "pii":
            facts.setdefault("pii", value)
        elif kind == "pmc":
            facts.setdefault("pmc_id", value)
