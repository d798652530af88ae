"""Who: authors, editors, investigators, persons written about, their affiliations and identifiers."""

from __future__ import annotations

import re

from msc_harvest.connectors.pubmed_rows.record import Record
from msc_harvest.connectors.pubmed_rows.xml_text import Element, plain, words, yes

AUTHOR = "core.publication_author"
AFFILIATION = "core.publication_affiliation"
IDENTIFIER = "core.publication_identifier"
INVESTIGATOR = "core.publication_investigator"
NAME_SUBJECT = "core.publication_name_subject"

_ORCID = re.compile(r"([0-9]{4})-?([0-9]{4})-?([0-9]{4})-?([0-9]{3}[0-9Xx])(?![0-9])")
_AUTHOR_ATTRIBUTES = frozenset({"ValidYN", "EqualContrib"})
_INVESTIGATOR_ATTRIBUTES = frozenset({"ValidYN"})

# Family name, given names, initials, suffix.
_Names = tuple[str | None, str | None, str | None, str | None]
# Name of a group, and the list of investigators that names its members.
_Group = tuple[str | None, str | None]


def orcid_in(text: str | None) -> str | None:
    """The ORCID iD, with hyphens, that a text or address holds; None when there is none."""
    found = _ORCID.search(text) if text else None
    return "-".join(found.groups()).upper() if found else None


def authors(record: Record, element: Element, list_name: str, path: str) -> None:
    """Rows for an AuthorList. `list_name` is `main`, or `book` for the people of the whole book."""
    role, pmid = element.get("Type") or None, record.pmid
    rows = record.rows[AUTHOR]
    before = sum(row[2] == list_name for row in rows)
    for position, author in enumerate(record.children(element, "Author", path), before + 1):
        if position == 1:
            record.attributes(f"{path}/Author", author, _AUTHOR_ATTRIBUTES)
        names, (collective, listed), orcid = _person(record, author, list_name, position, path)
        valid, equal = author.get("ValidYN") != "N", yes(author.get("EqualContrib"))
        rows.append((pmid, position, list_name, role, *names, collective, valid, equal, orcid, listed))


def investigators(record: Record, element: Element, list_name: str, path: str) -> None:
    """Rows for an InvestigatorList: collaborators named in the paper, who are not its authors."""
    list_id = element.get("ID") or None
    rows = record.rows[INVESTIGATOR]
    for place, one in enumerate(record.children(element, "Investigator", path)):
        if place == 0:
            record.attributes(f"{path}/Investigator", one, _INVESTIGATOR_ATTRIBUTES)
        position = len(rows) + 1
        names, _, orcid = _person(record, one, "investigator", position, path)
        rows.append((record.pmid, position, list_name, list_id, *names, one.get("ValidYN") != "N", orcid))


def name_subjects(record: Record, element: Element, path: str) -> None:
    """Rows for the persons a paper is about."""
    rows = record.rows[NAME_SUBJECT]
    for one in record.children(element, "PersonalNameSubject", path):
        names, _, _ = _person(record, one, "subject", len(rows) + 1, path)
        rows.append((record.pmid, len(rows) + 1, *names))


def article_affiliation(record: Record, element: Element) -> None:
    """An affiliation of the paper as a whole, as records had it before 2014; it names no author."""
    _affiliation(record, element, "article", None)


def _person(
    record: Record, element: Element, list_name: str, position: int, path: str
) -> tuple[_Names, _Group, str | None]:
    last = fore = initials = suffix = orcid = None
    group: _Group = (None, None)
    for child in element[:]:
        tag = child.tag
        if tag == "LastName":
            last = child.text
        elif tag == "ForeName":
            fore = child.text
        elif tag == "Initials":
            initials = child.text
        elif tag == "AffiliationInfo":
            _affiliation_info(record, child, list_name, position, path)
        elif tag == "Identifier":
            if child.get("Source") == "ORCID":
                orcid = orcid_in(child.text) or orcid
            _identifier(record, child, list_name, position, None)
        elif tag == "CollectiveName":
            group = (words(child), child.get("Investigators") or None)
        elif tag == "Suffix":
            suffix = words(child)
        elif tag == "FirstName":
            fore = plain(child)
        elif tag == "Affiliation":
            _affiliation(record, child, list_name, position)
        else:
            record.unknown(f"{path}/{element.tag}", child)
    return (last, fore, initials, suffix), group, orcid


def _affiliation_info(record: Record, element: Element, list_name: str, position: int, path: str) -> None:
    number: int | None = None
    for child in element[:]:
        if child.tag == "Affiliation":
            number = _affiliation(record, child, list_name, position)
        elif child.tag == "Identifier":
            _identifier(record, child, list_name, position, number)
        else:
            record.unknown(f"{path}/{element.getparent().tag}/AffiliationInfo", child)


def _affiliation(record: Record, element: Element, list_name: str, position: int | None) -> int:
    rows = record.rows[AFFILIATION]
    number = len(rows) + 1
    rows.append((record.pmid, number, list_name, position, words(element)))
    return number


def _identifier(record: Record, element: Element, list_name: str, position: int, affiliation: int | None) -> None:
    rows = record.rows[IDENTIFIER]
    rows.append(
        (record.pmid, len(rows) + 1, list_name, position, affiliation, element.get("Source") or None, plain(element))
    )
