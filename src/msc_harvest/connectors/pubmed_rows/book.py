"""PubmedBookArticle: a chapter, or a book as a whole, on the NCBI Bookshelf."""

from __future__ import annotations

from msc_harvest.connectors.pubmed_rows import people, sections
from msc_harvest.connectors.pubmed_rows.article import PAGINATION, is_translated, publication_date, settle_pages
from msc_harvest.connectors.pubmed_rows.record import (
    Readers,
    Record,
    into,
    into_book,
    into_day,
    into_list,
    read_children,
    skip,
)
from msc_harvest.connectors.pubmed_rows.xml_text import Element, plain, whole_number, words, yes

ROOT = "PubmedBookArticle"
DOCUMENT = f"{ROOT}/BookDocument"
BOOK = f"{DOCUMENT}/Book"
DATA = f"{ROOT}/PubmedBookData"

_PLACE_OF_TITLE = ("book", "part", "sec")


def read(record: Record, root: Element) -> None:
    """Fill `record` from a PubmedBookArticle. A book listed as a whole has the book's title as its own."""
    record.book["pmid"] = record.pmid
    read_children(record, root, ROOT, _ROOT)
    facts = record.facts
    facts["is_book"] = True
    facts["title"] = facts.get("title") or record.book.get("book_title")
    facts["title_is_translated"] = is_translated(facts["title"])
    settle_pages(facts)


def _document(record: Record, element: Element) -> None:
    read_children(record, element, DOCUMENT, _DOCUMENT)


def _own_pmid(record: Record, element: Element) -> None:
    record.facts["pmid_version"] = whole_number(element.get("Version"))


def _book(record: Record, element: Element) -> None:
    read_children(record, element, BOOK, _BOOK)


def _publisher(record: Record, element: Element) -> None:
    read_children(record, element, f"{BOOK}/Publisher", _PUBLISHER)


def _pub_date(record: Record, element: Element) -> None:
    publication_date(record, element, f"{BOOK}/PubDate")


def _isbn(record: Record, element: Element) -> None:
    if number := plain(element):
        record.book.setdefault("isbns", []).append(number)


def _authors(record: Record, element: Element) -> None:
    record.facts["authors_complete"] = yes(element.get("CompleteYN"))
    people.authors(record, element, "main", f"{DOCUMENT}/AuthorList")


def _book_authors(record: Record, element: Element) -> None:
    people.authors(record, element, "book", f"{BOOK}/AuthorList")


def _investigators(record: Record, element: Element) -> None:
    people.investigators(record, element, "main", f"{DOCUMENT}/InvestigatorList")


def _book_investigators(record: Record, element: Element) -> None:
    people.investigators(record, element, "book", f"{BOOK}/InvestigatorList")


def _abstract(record: Record, element: Element) -> None:
    sections.abstract(record, element, f"{DOCUMENT}/Abstract")


def _keywords(record: Record, element: Element) -> None:
    sections.keywords(record, element, f"{DOCUMENT}/KeywordList")


def _grants(record: Record, element: Element) -> None:
    sections.grants(record, element, f"{DOCUMENT}/GrantList")


def _document_ids(record: Record, element: Element) -> None:
    sections.article_ids(record, element, "book", f"{DOCUMENT}/ArticleIdList")


def _pagination(record: Record, element: Element) -> None:
    read_children(record, element, f"{DOCUMENT}/Pagination", PAGINATION)


def _data(record: Record, element: Element) -> None:
    read_children(record, element, DATA, _DATA)


def _ids(record: Record, element: Element) -> None:
    sections.article_ids(record, element, "record", f"{DATA}/ArticleIdList")


def _history(record: Record, element: Element) -> None:
    sections.history(record, element, f"{DATA}/History")


_PUBLISHER: Readers = {
    "PublisherName": (into_book("publisher_name", words), ()),
    "PublisherLocation": (into_book("publisher_location"), ()),
}
_BOOK: Readers = {
    "Publisher": (_publisher, ()),
    "BookTitle": (into_book("book_title", words), _PLACE_OF_TITLE),
    "PubDate": (_pub_date, ()),
    "BeginningDate": (into_day("beginning_date", f"{BOOK}/BeginningDate", of_book=True), ()),
    "EndingDate": (into_day("ending_date", f"{BOOK}/EndingDate", of_book=True), ()),
    "AuthorList": (_book_authors, ("CompleteYN", "Type")),
    "InvestigatorList": (_book_investigators, ("ID",)),
    "Volume": (into_book("volume"), ()),
    "VolumeTitle": (into_book("volume_title", words), ()),
    "Edition": (into_book("edition"), ()),
    "CollectionTitle": (into_book("collection_title", words), _PLACE_OF_TITLE),
    "Isbn": (_isbn, ()),
    "ELocationID": (sections.elocation, ("EIdType", "ValidYN")),
    "Medium": (into_book("medium"), ()),
    "ReportNumber": (into_book("report_number"), ()),
}
_DOCUMENT: Readers = {
    "PMID": (_own_pmid, ("Version",)),
    "ArticleIdList": (_document_ids, ()),
    "Book": (_book, ()),
    "LocationLabel": (into_book("location_label", words), ("Type",)),
    "ArticleTitle": (into("title", words), _PLACE_OF_TITLE),
    "VernacularTitle": (into("vernacular_title", words), ()),
    "Pagination": (_pagination, ()),
    "Language": (into_list("languages"), ()),
    "AuthorList": (_authors, ("CompleteYN", "Type")),
    "InvestigatorList": (_investigators, ("ID",)),
    "PublicationType": (sections.publication_type, ("UI",)),
    "Abstract": (_abstract, ()),
    "Sections": (skip, ()),
    "KeywordList": (_keywords, ("Owner",)),
    "ContributionDate": (into_day("contribution_date", f"{DOCUMENT}/ContributionDate", of_book=True), ()),
    "DateRevised": (into_day("revised_date", f"{DOCUMENT}/DateRevised"), ()),
    "GrantList": (_grants, ("CompleteYN",)),
    "ItemList": (skip, ("ListType",)),
    "ReferenceList": (skip, ()),
}
_DATA: Readers = {
    "History": (_history, ()),
    "PublicationStatus": "publication_status",
    "ArticleIdList": (_ids, ()),
    "ObjectList": (skip, ()),
}
_ROOT: Readers = {"BookDocument": (_document, ()), "PubmedBookData": (_data, ())}
