"""PubmedArticle: the journal article, its citation data and its indexing."""

from __future__ import annotations

from typing import Any

from msc_harvest.connectors.pubmed_rows import people, sections
from msc_harvest.connectors.pubmed_rows.indexing import INDEXING
from msc_harvest.connectors.pubmed_rows.record import Readers, Record, into, into_day, into_list, read_children, skip
from msc_harvest.connectors.pubmed_rows.xml_text import (
    Element,
    day_of,
    plain,
    whole_number,
    words,
    year_in,
    yes,
)

ROOT = "PubmedArticle"
CITATION = f"{ROOT}/MedlineCitation"
ARTICLE = f"{CITATION}/Article"
JOURNAL = f"{ARTICLE}/Journal"
DATA = f"{ROOT}/PubmedData"

_JOURNAL_INFO = {
    "Country": "journal_country",
    "MedlineTA": "journal_medline_ta",
    "NlmUniqueID": "nlm_unique_id",
    "ISSNLinking": "issn_linking",
}


def read(record: Record, root: Element) -> None:
    """Fill `record` from a PubmedArticle."""
    read_children(record, root, ROOT, _ROOT)
    facts = record.facts
    facts["is_book"] = False
    facts["title_is_translated"] = is_translated(facts.get("title"))
    settle_pages(facts)


def is_translated(title: str | None) -> bool:
    """Whether the title stands in square brackets: NLM's mark for its own translation into English."""
    bare = title.rstrip(". ") if title else ""
    return bare.startswith("[") and bare.endswith("]") and bare.lower() != "[not available]"


def settle_pages(facts: dict[str, Any]) -> None:
    """Give `pages` from first and last page when the record has no page text of its own."""
    if facts.get("pages") is None and facts.get("start_page"):
        facts["pages"] = "-".join(page for page in (facts["start_page"], facts.get("end_page")) if page)


def _citation(record: Record, element: Element) -> None:
    facts, get = record.facts, element.get
    facts["medline_status"] = get("Status") or None
    facts["medline_owner"] = get("Owner") or None
    facts["indexing_method"] = get("IndexingMethod") or None
    read_children(record, element, CITATION, _CITATION)


def _own_pmid(record: Record, element: Element) -> None:
    record.facts["pmid_version"] = whole_number(element.get("Version"))


def _journal_info(record: Record, element: Element) -> None:
    for child in element[:]:
        column = _JOURNAL_INFO.get(child.tag)
        if column:
            record.facts[column] = plain(child)
        else:
            record.unknown(f"{CITATION}/MedlineJournalInfo", child)


def _article(record: Record, element: Element) -> None:
    record.facts["pub_model"] = element.get("PubModel") or None
    read_children(record, element, ARTICLE, _ARTICLE)


def _journal(record: Record, element: Element) -> None:
    read_children(record, element, JOURNAL, _JOURNAL)


def _issn(record: Record, element: Element) -> None:
    record.facts["issn"] = plain(element)
    record.facts["issn_type"] = element.get("IssnType") or None


def _issue(record: Record, element: Element) -> None:
    record.facts["cited_medium"] = element.get("CitedMedium") or None
    read_children(record, element, f"{JOURNAL}/JournalIssue", _ISSUE)


def _pub_date(record: Record, element: Element) -> None:
    publication_date(record, element, f"{JOURNAL}/JournalIssue/PubDate")


def publication_date(record: Record, element: Element, path: str) -> None:
    """The date on the issue or book, and its year."""
    (day, text, precision), others = day_of(element)
    for tag in others:
        record.drift.append((f"{path}/{tag}", "unknown element"))
    record.facts.update(pub_date=day, pub_date_text=text, pub_date_precision=precision, pub_year=year_in(text))


def _pagination(record: Record, element: Element) -> None:
    read_children(record, element, f"{ARTICLE}/Pagination", PAGINATION)


def _abstract(record: Record, element: Element) -> None:
    sections.abstract(record, element, f"{ARTICLE}/Abstract")


def _authors(record: Record, element: Element) -> None:
    record.facts["authors_complete"] = yes(element.get("CompleteYN"))
    people.authors(record, element, "main", f"{ARTICLE}/AuthorList")


def _types(record: Record, element: Element) -> None:
    for child in record.children(element, "PublicationType", f"{ARTICLE}/PublicationTypeList"):
        sections.publication_type(record, child)


def _grants(record: Record, element: Element) -> None:
    sections.grants(record, element, f"{ARTICLE}/GrantList")


def _data_banks(record: Record, element: Element) -> None:
    complete = element.get("CompleteYN")
    rows = record.rows["core.publication_databank"]
    for bank in element[:]:
        name: str | None = None
        accessions: list[str | None] = []
        complete = complete or bank.get("CompleteYN")
        for child in bank[:]:
            if child.tag == "DataBankName":
                name = plain(child)
            elif child.tag == "AccessionNumberList":
                accessions += [plain(one) for one in child]
            else:
                record.unknown(f"{ARTICLE}/DataBankList/DataBank", child)
        for accession in accessions or [None]:
            rows.append((record.pmid, len(rows) + 1, name, accession))
    record.facts["databanks_complete"] = yes(complete)


def _data(record: Record, element: Element) -> None:
    read_children(record, element, DATA, _DATA)


def _ids(record: Record, element: Element) -> None:
    sections.article_ids(record, element, "record", f"{DATA}/ArticleIdList")


def _history(record: Record, element: Element) -> None:
    sections.history(record, element, f"{DATA}/History")


PAGINATION: Readers = {
    "MedlinePgn": "pages",
    "StartPage": "start_page",
    "EndPage": "end_page",
}
_ISSUE: Readers = {
    "Volume": "volume",
    "Issue": "issue",
    "PubDate": (_pub_date, ()),
}
_JOURNAL: Readers = {
    "ISSN": (_issn, ("IssnType",)),
    "JournalIssue": (_issue, ("CitedMedium",)),
    "Title": "journal_title",
    "ISOAbbreviation": "journal_iso",
}
_ARTICLE: Readers = {
    "Journal": (_journal, ()),
    "ArticleTitle": (into("title", words), ("book", "part", "sec")),
    "VernacularTitle": (into("vernacular_title", words), ()),
    "Pagination": (_pagination, ()),
    "ELocationID": (sections.elocation, ("EIdType", "ValidYN")),
    "Abstract": (_abstract, ()),
    "Affiliation": (people.article_affiliation, ()),
    "AuthorList": (_authors, ("CompleteYN", "Type")),
    "Language": (into_list("languages"), ()),
    "DataBankList": (_data_banks, ("CompleteYN",)),
    "GrantList": (_grants, ("CompleteYN",)),
    "PublicationTypeList": (_types, ()),
    "ArticleDate": (into_day("electronic_date", f"{ARTICLE}/ArticleDate"), ("DateType",)),
}
_CITATION: Readers = {
    "PMID": (_own_pmid, ("Version",)),
    "DateCreated": (into_day("created_date", f"{CITATION}/DateCreated"), ()),
    "DateCompleted": (into_day("completed_date", f"{CITATION}/DateCompleted"), ()),
    "DateRevised": (into_day("revised_date", f"{CITATION}/DateRevised"), ()),
    "Article": (_article, ("PubModel",)),
    "MedlineJournalInfo": (_journal_info, ()),
    "DataBankList": (_data_banks, ("CompleteYN",)),
    "CitationSubset": (into_list("citation_subsets"), ()),
    "NumberOfReferences": (into("number_of_references", lambda one: whole_number(one.text)), ()),
    "CoiStatement": (into("coi_statement", words), ()),
    "SpaceFlightMission": (into_list("space_flight_missions"), ()),
    **INDEXING,
}
_DATA: Readers = {
    "History": (_history, ()),
    "PublicationStatus": "publication_status",
    "ArticleIdList": (_ids, ()),
    "ObjectList": (skip, ()),
    "ReferenceList": (skip, ()),
}
_ROOT: Readers = {
    "MedlineCitation": (_citation, ("Status", "Owner", "IndexingMethod", "VersionID", "VersionDate")),
    "PubmedData": (_data, ()),
}
