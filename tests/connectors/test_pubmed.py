"""PubMed records into rows: real odd records by PMID, field by field; coverage of the dictionary; damage of every kind."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from msc_harvest import dictionary
from msc_harvest.connectors.eutilities import own_pmid, read_articles
from msc_harvest.connectors.pubmed import PubMed
from msc_harvest.connectors.pubmed_rows.people import orcid_in
from msc_harvest.connectors.pubmed_rows.xml_text import read_day
from msc_harvest.errors import RecordRejected
from msc_harvest.model import Parsed

Rows = dict[str, list[dict[str, Any]]]
TABLES = {table.name: table for table in dictionary.tables("core_publication")}
PYTHON_TYPES = {"VARCHAR": str, "INTEGER": int, "BOOLEAN": bool, "DATE": date, "VARCHAR[]": list}


def named(parsed: Parsed) -> Rows:
    """Rows as {column: value}, by table name without `core.publication_`; the publication itself under `publication`."""
    rows = {}
    for table, lines in parsed.rows.items():
        columns = [column.name for column in TABLES[table].columns]
        rows[table.removeprefix("core.").removeprefix("publication_")] = [
            dict(zip(columns, line, strict=True)) for line in lines
        ]
    return rows


def read(body: str | bytes) -> Rows:
    return named(PubMed().parse(body.encode() if isinstance(body, str) else body))


def made(article: str = "", citation: str = "", data: str = "") -> str:
    """A small record: `article` inside Article, `citation` behind it, `data` inside PubmedData."""
    return (
        '<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">7</PMID>'
        f'<Article PubModel="Print">{article}</Article>{citation}</MedlineCitation>'
        f"<PubmedData>{data}</PubmedData></PubmedArticle>"
    )


def articles(shared: Path, name: str) -> dict[str, bytes]:
    return read_articles(gzip.decompress((shared / "data" / "pubmed" / name).read_bytes())).records


@pytest.fixture(scope="module")
def records(shared: Path) -> dict[str, bytes]:
    return articles(shared, "articles.xml.gz")


@pytest.fixture(scope="module")
def every(shared: Path, records: dict[str, bytes]) -> list[tuple[bytes, Parsed]]:
    """All records of the sample and of the update file (which share some PMIDs), each with what was read."""
    bodies = [*records.values(), *articles(shared, "update_file_2026_with_deletes.xml.gz").values()]
    return [(body, PubMed().parse(body)) for body in bodies]


# --- every record ------------------------------------------------------------------------------------------------


def test_every_real_record_is_read_without_drift_and_fits_its_tables(every: list[tuple[bytes, Parsed]]) -> None:
    assert len(every) == 499
    for body, parsed in every:
        pmid = own_pmid(body)
        assert parsed.drift == (), pmid
        for table, lines in parsed.rows.items():
            columns = TABLES[table].columns
            places = [place for place, column in enumerate(columns) if "key" in column.role]
            keys = [tuple(line[place] for place in places) for line in lines]
            assert len(set(keys)) == len(keys), f"{pmid}: {table} repeats a key"
            for line in lines:
                assert len(line) == len(columns) and line[0] == pmid
                for value, column in zip(line, columns, strict=True):
                    if value is None:
                        assert "required" not in column.role, f"{pmid}: {table}.{column.name} is NULL"
                    else:
                        assert type(value) is PYTHON_TYPES[column.type], f"{pmid}: {table}.{column.name} = {value!r}"
                        assert value != ""


def test_every_table_is_filled_by_some_record(every: list[tuple[bytes, Parsed]]) -> None:
    filled = {table for _, parsed in every for table in parsed.rows}
    assert filled == set(TABLES)


def test_numbers_of_rows_are_those_of_the_elements(every: list[tuple[bytes, Parsed]]) -> None:
    """Counted independently: by tags in the bytes, with nothing of the connector between."""
    text = b"\n".join((body for body, _ in every))
    text = re.sub(rb"<ReferenceList.*?</ReferenceList>", b"", text, flags=re.DOTALL)
    counted = Counter(table for _, parsed in every for table, lines in parsed.rows.items() for _ in lines)
    for table, tag in (
        ("author", b"Author"), ("investigator", b"Investigator"), ("mesh", b"DescriptorName"), ("mesh_qualifier", b"QualifierName"),
        ("keyword", b"Keyword"), ("chemical", b"Chemical"), ("grant", b"Grant"), ("article_id", b"ArticleId"), ("history", b"PubMedPubDate"),
        ("elocation", b"ELocationID"), ("affiliation", b"Affiliation"), ("type", b"PublicationType"), ("other_abstract", b"OtherAbstract"),
        ("supplementary_mesh", b"SupplMeshName"), ("gene_symbol", b"GeneSymbol"), ("other_id", b"OtherID"), ("note", b"GeneralNote"),
        ("databank", b"AccessionNumber"),
    ):  # fmt: skip
        assert counted[f"core.publication_{table}"] == len(re.findall(rb"<%s[ >/]" % tag, text)), table


def test_spans_point_into_the_abstract(every: list[tuple[bytes, Parsed]]) -> None:
    sections = 0
    for _, parsed in every:
        rows = named(parsed)
        pmid = rows["publication"][0]["pmid"]
        text = rows["abstract"][0]["abstract_text"] if "abstract" in rows else ""
        for section in rows.get("abstract_section", []):
            if section["section_text"] is None:
                assert section["span_start"] is None and section["span_end"] is None
                continue
            sections += 1
            assert text[section["span_start"] : section["span_end"]] == section["section_text"], pmid
            if section["label"]:
                lead = text[: section["span_start"]].rpartition("\n")[2]
                assert lead == f"{section['label']}: ", pmid
    assert sections > 600


def leaf_paths(element: Any, path: str) -> Iterator[str]:
    """Paths of elements with text or without children, and of attributes; formulas and references as one."""
    name = etree.QName(element)
    path = f"{path}/{'mml:' if name.namespace else ''}{name.localname}" if path else name.localname
    yield from (f"{path}/@{attribute}" for attribute in element.attrib)
    if len(element) == 0 or (element.text and element.text.strip()):
        yield path
    for child in element.iterchildren("*"):
        yield from leaf_paths(child, path)


def test_every_path_is_mapped_or_listed_with_a_reason(every: list[tuple[bytes, Parsed]]) -> None:
    unmapped = {path for source, path in dictionary.unmapped() if source == "pubmed"}
    assert unmapped, "warehouse/schema/unmapped.csv has no row of this source"
    mapped: dict[str, str] = {}
    for table in TABLES.values():
        for column in table.columns:
            mapped |= dict.fromkeys(filter(None, column.source_path.split(" | ")), column.reads)
    wraps = b'<set xmlns:mml="http://www.w3.org/1998/Math/MathML">%s</set>'
    met = {path for body, _ in every for path in leaf_paths(etree.fromstring(wraps % body)[0], "")}
    lost = sorted(path for path in met if not covered(path, mapped, unmapped))
    assert lost == []
    assert len(met) > 200


def covered(path: str, mapped: dict[str, str], unmapped: set[str]) -> bool:
    """Mapped as it is, inside a text with markup, a part of a date; or listed as unmapped, itself or what it lies in."""
    parts = path.split("/")
    above = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    if path in mapped or unmapped & set(above):
        return True
    if any(mapped.get(one) == "inline" for one in above):
        return True
    return any(
        mapped.get(one) == "date_parts" and parts[-1] in {"Year", "Month", "Day", "Season", "MedlineDate"}
        for one in above
    )


def test_no_path_of_the_dictionary_is_also_unmapped() -> None:
    unmapped = {path for source, path in dictionary.unmapped() if source == "pubmed"}
    mapped = {
        path
        for table in TABLES.values()
        for column in table.columns
        for path in column.source_path.split(" | ")
        if path
    }
    assert not {path for path in mapped if any(path == one or path.startswith(f"{one}/") for one in unmapped)}


# --- records by PMID ---------------------------------------------------------------------------------------------

PUBLICATIONS: list[tuple[str, dict[str, Any]]] = [
    ("24196758", {"doi": "10.5546/aap.2013.468", "doi_other": "10.1590/S0325-00752013000600003", "languages": ["eng", "spa"]}),
    ("29292925", {"title": None, "title_is_translated": False, "languages": ["swe"]}),
    ("41605226", {"title": None, "languages": ["ger"]}),
    ("27396095", {"pub_date": None, "pub_date_text": "2016 May 25-Jun 14", "pub_date_precision": "year", "pub_year": 2016}),
    ("29635139", {"pub_date": None, "pub_date_text": "2018 May - Jun", "pub_date_precision": "year", "pub_year": 2018}),
    ("18941263", {"pub_date": None, "pub_date_text": "2008", "pub_date_precision": "year", "pub_year": 2008}),
    ("32294727", {"pub_date_text": "2020 Jan-Mar", "pub_date_precision": "year", "pub_year": 2020}),
    ("32292800", {"pub_date_text": "2019 Sep-Dec", "pub_date_precision": "year"}),
    ("39364306", {"pub_date_text": "2024 Winter-Spring", "pub_date_precision": "year"}),
    ("973217", {"pub_date_text": "1976 Fall", "pub_year": 1976}),
    ("10000166", {"pub_date": date(1992, 1, 1), "pub_date_text": "1992 Jan 01", "pub_date_precision": "day"}),
    ("2", {"completed_date": date(1976, 1, 10), "revised_date": date(2019, 6, 12), "pub_date": date(1975, 10, 27), "is_book": False}),
    ("1", {"medline_status": "AFU", "title": None, "journal_title": None, "doi": None, "pub_year": None, "authors_complete": None}),
    ("11119751", {"created_date": date(2001, 1, 2), "pmid_version": None, "databanks_complete": False}),
    ("589", {"number_of_references": 191}),
    ("11636720", {"medline_owner": "HMD"}),
    ("20301347", {"title": "Congenital Myasthenic Syndromes", "is_book": True, "pub_date_text": "1993", "doi": None, "grants_complete": True}),
    ("21413195", {"title": "Rheumatoid Arthritis: National Clinical Guideline for Management and Treatment in Adults", "pub_date_text": "2009 02", "pub_date_precision": "month", "pub_date": None}),
    ("29872490", {"title": "Genome-wide significant risk factors on chromosome 19 and the APOE locus."}),
    ("28356292", {"title": "Responses of distal nephron Na+ transporters - to acute volume depletion and hyperkalemia."}),
]  # fmt: skip


@pytest.mark.parametrize(("pmid", "expected"), PUBLICATIONS, ids=[pmid for pmid, _ in PUBLICATIONS])
def test_facts_of_a_publication(records: dict[str, bytes], pmid: str, expected: dict[str, Any]) -> None:
    found = read(records[pmid])["publication"][0]
    assert {column: found[column] for column in expected} == expected


def test_markup_keeps_its_text_and_what_follows(records: dict[str, bytes]) -> None:
    assert read(records["41601840"])["publication"][0]["title"].startswith("Cu x O/Au chimeric")
    assert "via synergistic" in read(records["41601840"])["publication"][0]["title"]
    bodies = [body for body in records.values() if b"<mml:math" in body]
    assert bodies
    for body in bodies:
        text = read(body)["abstract"][0]["abstract_text"]
        formula = re.search(rb"<mml:m[nio]>([A-Za-z0-9])</mml:m[nio]>", body)
        assert formula and formula[1].decode() in text
        assert read(body)["abstract"][0]["abstract_text"].endswith("research.") or len(text) > 100


def test_a_bracketed_title_is_a_translation(records: dict[str, bytes]) -> None:
    found = read(records["1669026"])["publication"][0]
    assert found["title"].startswith("[150th Anniversary") and found["title_is_translated"]
    assert found["vernacular_title"].startswith("Célébration du CL Anniversaire")


LABELS: list[tuple[str, list[tuple[str | None, str | None]]]] = [
    ("27190381", [("Background", "UNASSIGNED"), ("Methods", "UNASSIGNED"), ("Results", "UNASSIGNED"), ("Conclusions", "UNASSIGNED")]),
    ("41583336", [("Introduction", "UNASSIGNED"), ("Case Presentation", "UNASSIGNED"), ("Discussion/Conclusion", "UNASSIGNED")]),
    ("30875295", [(None, None), ("Editorial note", "UNASSIGNED")]),
]  # fmt: skip


@pytest.mark.parametrize(("pmid", "expected"), LABELS, ids=[pmid for pmid, _ in LABELS])
def test_labels_of_an_abstract(
    records: dict[str, bytes], pmid: str, expected: list[tuple[str | None, str | None]]
) -> None:
    assert [(one["label"], one["nlm_category"]) for one in read(records[pmid])["abstract_section"]] == expected


def test_labels_without_category_and_labels_beside_bare_text(records: dict[str, bytes]) -> None:
    context = read(records["30137523"])["abstract_section"]
    assert context[0]["label"] == "Context" and {one["nlm_category"] for one in context} == {None}
    mixed = read(records["36708638"])
    assert [one["label"] for one in mixed["abstract_section"]][-2:] == ["UNLABELLED", None]
    assert mixed["abstract"][0]["abstract_text"].splitlines()[0].startswith("AIM/OBJECTIVE: ")
    cochrane = read(records["11034741"])["abstract_section"]
    assert cochrane[-1]["label"] == "REVIEWER'S CONCLUSIONS" and cochrane[-1]["nlm_category"] == "CONCLUSIONS"


def test_other_abstracts_stay_apart(records: dict[str, bytes]) -> None:
    rows = read(records["41583336"])
    assert [(one["abstract_type"], one["language"]) for one in rows["other_abstract"]] == [("Publisher", "por")]
    assert rows["other_abstract"][0]["abstract_text"].startswith("Introdução: ")
    assert "Introdução" not in rows["abstract"][0]["abstract_text"]
    assert read(records["11243089"])["other_abstract"][0]["abstract_type"] == "PIP"


AUTHORS: list[tuple[str, int, dict[str, Any]]] = [
    ("11909345", 621, {"last_name": "Aubert", "fore_name": "B"}),
    ("10000166", 3, {"last_name": "Kostek", "fore_name": None, "initials": "S", "is_valid": True}),
    ("11237011", 257, {"last_name": "Lander", "fore_name": "E S"}),
    ("26051182", 16, {"last_name": "Higgins", "fore_name": "Reneé"}),
    ("9575322", 2, {"last_name": "Alvarez"}),
]


@pytest.mark.parametrize(("pmid", "number", "first"), AUTHORS, ids=[pmid for pmid, _, _ in AUTHORS])
def test_authors(records: dict[str, bytes], pmid: str, number: int, first: dict[str, Any]) -> None:
    authors = read(records[pmid])["author"]
    assert len(authors) == number and [one["author_position"] for one in authors] == list(range(1, number + 1))
    assert {column: authors[0][column] for column in first} == first


def test_groups_misspellings_suffixes_and_equal_shares(records: dict[str, bytes]) -> None:
    def authors(pmid: str) -> list[dict[str, Any]]:
        return read(records[pmid])["author"]

    assert [one["collective_name"] for one in authors("11909345") if one["collective_name"]] == ["BABAR Collaborations"]
    assert [one["last_name"] for one in authors("9634358") if not one["is_valid"]] == ["Whitely"]
    assert [one["suffix"] for one in authors("9575322")].count("Jr") == 1
    assert sum(one["is_equal_contributor"] is True for one in authors("26051182")) == 2
    assert {one["fore_name"] for one in authors("18439884")} >= {"F"}


def test_investigators_are_no_authors_and_are_linked_to_their_group(records: dict[str, bytes]) -> None:
    rows = read(records["41391582"])
    group = next(one for one in rows["author"] if one["collective_name"])
    assert group["collective_name"] == "EPICE-SHIPS Research Group"
    assert len(rows["author"]) == 9 and len(rows["investigator"]) == 66
    assert {one["investigator_list_id"] for one in rows["investigator"]} == {group["investigator_list_id"]}
    old = read(records["10097079"])
    assert [one["last_name"] for one in old["investigator"]] == ["Woese"]
    assert [one["affiliation_text"] for one in old["affiliation"] if one["person_list"] == "investigator"] == [
        "U IL, Urbana"
    ]


def test_identifiers_of_persons_and_institutions(records: dict[str, bytes]) -> None:
    rows = read(records["25031417"])
    assert {one["orcid"] for one in rows["author"]} >= {"0000-0003-0572-4123"}
    ringgold = [one for one in read(records["38856741"])["identifier"] if one["id_source"] == "RINGGOLD"]
    assert ringgold[0]["id_value"] == "2348" and ringgold[0]["affiliation_position"] == 1


def test_an_old_affiliation_names_no_author(records: dict[str, bytes]) -> None:
    rows = read(records["11119751"])["affiliation"]
    assert [(one["person_list"], one["person_position"]) for one in rows] == [("article", None)]
    assert rows[0]["affiliation_text"].startswith("Department of Obstetrics")


BANKS = [
    ("15968009", "NCT00000419"), ("22663011", "NCT01245062"), ("29514256", "NCT01095302"), ("30137523", "NCT00988819"),
    ("31191790", "NCT03806322"), ("41617358", "NCT00717236"), ("30913216", "CTRI/2013/06/ 003753"),
]  # fmt: skip


@pytest.mark.parametrize(("pmid", "accession"), BANKS)
def test_registrations_named_by_the_record(records: dict[str, bytes], pmid: str, accession: str) -> None:
    bank = "CTRI" if accession.startswith("CTRI") else "ClinicalTrials.gov"
    assert [(one["databank_name"], one["accession"]) for one in read(records[pmid])["databank"]] == [(bank, accession)]


def test_gene_banks_in_both_places_are_one_list(records: dict[str, bytes]) -> None:
    assert {one["databank_name"] for one in read(records["11119751"])["databank"]} >= {"GENBANK", "ISRCTN"}
    assert len(read(records["11119751"])["databank"]) == 6 and len(read(records["10097079"])["databank"]) == 30


LINKS = [
    ("8655018", ("RetractionIn", "9867474")), ("11543891", ("RetractionIn", "11600210")), ("21976771", ("RetractionIn", "33428752")),
    ("9634358", ("RetractionOf", "8393056")), ("9634358", ("ErratumIn", None)), ("11600210", ("RetractionOf", "11543891")),
    ("36798302", ("UpdateIn", "37385249")), ("11034741", ("UpdateIn", "11406024")), ("10612833", ("RepublishedFrom", "10502787")),
    ("12626969", ("CommentIn", "12627015")), ("2", ("ErratumIn", None)),
]  # fmt: skip


@pytest.mark.parametrize(("pmid", "link"), LINKS)
def test_links_to_other_records(records: dict[str, bytes], pmid: str, link: tuple[str, str | None]) -> None:
    found = [(one["ref_type"], one["ref_pmid"]) for one in read(records[pmid])["comment"]]
    assert link in found or (pmid == "2" and link[0] in {kind for kind, _ in found})


def test_identifiers_of_references_are_not_those_of_the_record(records: dict[str, bytes]) -> None:
    assert records["32051057"].count(b"<Reference>") == 597
    ids = read(records["32051057"])["article_id"]
    assert len(ids) == 4 and ("pubmed", "32051057") in [(one["id_type"], one["id_value"]) for one in ids]


def test_headings_with_their_qualifiers(records: dict[str, bytes]) -> None:
    rows = read(records["2"])
    first = rows["mesh"][0]
    assert (first["descriptor_ui"], first["descriptor_name"], first["is_major"]) == (
        "D005583",
        "Fourier Analysis",
        False,
    )
    positions = {one["mesh_position"] for one in rows["mesh"]}
    assert {one["mesh_position"] for one in rows["mesh_qualifier"]} <= positions
    places = [one["descriptor_type"] for one in read(records["973217"])["mesh"]]
    assert "Geographic" in places
    assert sum(one["is_automatic"] for one in read(records["41597459"])["mesh"]) == 1


def test_substances_concepts_genes_subjects_notes_and_owners(records: dict[str, bytes]) -> None:
    nad = next(one for one in read(records["2"])["chemical"] if one["substance_name"] == "NAD")
    assert (nad["registry_number"], nad["substance_ui"]) == ("0U46U6E8UK", "D009243")
    concept = read(records["12416895"])["supplementary_mesh"]
    assert ("C040721", "ABDIC protocol", "Protocol") in [
        (c["concept_ui"], c["concept_name"], c["concept_type"]) for c in concept
    ]
    assert "pyrB" in [one["gene_symbol"] for one in read(records["11119751"])["gene_symbol"]]
    assert [one["last_name"] for one in read(records["11636720"])["name_subject"]]
    population = read(records["11243089"])
    assert population["note"][0]["note_owner"] == "PIP" and population["note"][0]["note_text"].startswith("TJ: ")
    assert ("PIP", "143717") in [(one["id_source"], one["other_id"]) for one in population["other_id"]]
    assert {one["keyword_owner"] for one in population["keyword"]} == {"PIP"} and len(population["keyword"]) == 26
    assert {one["keyword_owner"] for one in read(records["10097079"])["keyword"]} == {"NASA"}


def test_books_have_two_lists_of_people(records: dict[str, bytes]) -> None:
    rows = read(records["20301347"])
    people = [(one["author_list"], one["author_role"], one["last_name"]) for one in rows["author"]]
    assert people[0] == ("book", "editors", "Adam") and ("main", "authors", "Abicht") in people
    assert next(one["author_position"] for one in rows["author"] if one["author_list"] == "main") == 1
    book = rows["book"][0]
    assert book["book_title"] == "GeneReviews®" and book["publisher_name"] == "University of Washington, Seattle"
    assert book["contribution_date"] == date(2003, 5, 9) and book["beginning_date_text"] == "1993"
    worms = read(records["21413225"])["book"][0]
    assert (worms["book_title"], worms["edition"], worms["location_label"]) == ("C. elegans II", "2nd", "Chapter 2")
    assert worms["isbns"] == ["0879695323"]
    assert ("bookaccession", "NBK1168", "book") in [
        (i["id_type"], i["id_value"], i["id_place"]) for i in rows["article_id"]
    ]


def test_history_gives_days_and_hours(records: dict[str, bytes]) -> None:
    entrez = next(one for one in read(records["41617358"])["history"] if one["pub_status"] == "entrez")
    assert (entrez["history_date"], entrez["hour"], entrez["minute"]) == (date(2026, 1, 30), 21, 3)
    assert entrez["history_date_text"] == "2026 1 30"


# --- small records -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date_parts", "expected"),
    [
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", (None, "1998 Dec-1999 Jan", "year", 1998)),
        ("<MedlineDate>1944-1945</MedlineDate>", (None, "1944-1945", "year", 1944)),
        ("<MedlineDate>2000 Spring-Summer</MedlineDate>", (None, "2000 Spring-Summer", "year", 2000)),
        ("<MedlineDate>Winter, no year</MedlineDate>", (None, "Winter, no year", None, None)),
        ("<Year>2019</Year>", (None, "2019", "year", 2019)),
        ("<Year>2019</Year><Month>02</Month>", (None, "2019 02", "month", 2019)),
        ("<Year>2019</Year><Month>Feb</Month><Day>30</Day>", (None, "2019 Feb 30", "month", 2019)),
        ("<Year>2019</Year><Month>February</Month><Day>28</Day>", (date(2019, 2, 28), "2019 February 28", "day", 2019)),
        ("<Year>2019</Year><Month>Jan-Feb</Month><Day>3</Day>", (None, "2019 Jan-Feb 3", "year", 2019)),
        ("<Year>2019</Year><Month>²</Month>", (None, "2019 ²", "year", 2019)),
        ("<Year>0000</Year><Month>13</Month><Day>99999999999</Day>", (None, "0000 13 99999999999", None, None)),
        ("<Year>99999999999</Year>", (None, "99999999999", None, None)),
        ("<Year>\n2019 </Year><Month/>", (None, "2019", "year", 2019)),
    ],
)
def test_dates_stay_as_partial_as_they_are(date_parts: str, expected: tuple[Any, ...]) -> None:
    rows = read(made(f"<Journal><JournalIssue><PubDate>{date_parts}</PubDate></JournalIssue></Journal>"))[
        "publication"
    ][0]
    assert (rows["pub_date"], rows["pub_date_text"], rows["pub_date_precision"], rows["pub_year"]) == expected


def test_reading_a_day_is_the_same_whatever_was_read_before() -> None:
    assert read_day("2020", "Feb", "29") == (date(2020, 2, 29), "2020 Feb 29", "day")
    assert read_day(None, None, None) == (None, None, None)


def test_a_doi_in_one_place_in_both_and_in_dispute() -> None:
    def identifiers(place: str, listed: str) -> tuple[Any, ...]:
        rows = read(made(place, data=f"<ArticleIdList>{listed}</ArticleIdList>"))["publication"][0]
        return rows["doi"], rows["doi_other"], rows["pii"], rows["pmc_id"]

    here, there = (
        '<ELocationID EIdType="doi" ValidYN="Y">10.1/A</ELocationID>',
        '<ArticleId IdType="doi">10.1/a</ArticleId>',
    )
    assert identifiers(here, "") == ("10.1/A", None, None, None)
    assert identifiers("", there + '<ArticleId IdType="pmc">PMC5</ArticleId>') == ("10.1/a", None, None, "PMC5")
    assert identifiers(here, there) == ("10.1/a", None, None, None)
    assert identifiers(here.replace("10.1/A", "10.2/b"), there) == ("10.1/a", "10.2/b", None, None)
    assert identifiers(here.replace('"Y"', '"N"'), "")[0] is None
    assert identifiers("", '<ArticleId IdType="pii">337/aug21_2/a1190</ArticleId>')[2] == "337/aug21_2/a1190"


def test_references_and_comments_lend_a_record_no_identifier() -> None:
    references = '<ReferenceList><Reference><Citation>x</Citation><ArticleIdList><ArticleId IdType="doi">10.9/z</ArticleId></ArticleIdList></Reference></ReferenceList>'
    rows = read(made(data=references))
    assert rows["publication"][0]["doi"] is None and "article_id" not in rows
    behind = references + '<ArticleIdList><ArticleId IdType="doi">10.1/a</ArticleId></ArticleIdList>' + references
    assert read(made(data=behind))["publication"][0]["doi"] == "10.1/a"


def test_markup_comments_cdata_and_entities_are_read_as_text() -> None:
    title = "<ArticleTitle>A<sup>2<i>b</i></sup>c &lt;d&gt; <!-- not me -->e<![CDATA[ <f> ]]>\n      g \U0001d400 h\u2009i</ArticleTitle>"
    assert read(made(title))["publication"][0]["title"] == "A2bc <d> e <f> g \U0001d400 h\u2009i"


def test_a_formula_under_a_prefix_that_only_its_set_declared() -> None:
    section = "<Abstract><AbstractText>x <mml:math><mml:mi>k</mml:mi></mml:math> y</AbstractText></Abstract>"
    assert read(made(section))["abstract"][0]["abstract_text"] == "x k y"
    declared = section.replace("<mml:math>", '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML">')
    assert read(made(declared))["abstract"][0]["abstract_text"] == "x k y"


def test_empty_sections_are_kept_and_add_no_text() -> None:
    rows = read(
        made(
            '<Abstract><AbstractText/><AbstractText Label="METHODS" NlmCategory="METHODS">Six.</AbstractText><AbstractText Label="RESULTS"> </AbstractText><CopyrightInformation>c</CopyrightInformation></Abstract>'
        )
    )
    assert rows["abstract"][0]["abstract_text"] == "METHODS: Six."
    assert [(one["label"], one["section_text"], one["span_start"], one["span_end"]) for one in rows["abstract_section"]] == [
        (None, None, None, None), ("METHODS", "Six.", 9, 13), ("RESULTS", None, None, None)
    ]  # fmt: skip
    assert rows["publication"][0]["copyright_text"] == "c"
    assert "abstract" not in read(made("<Abstract><AbstractText/></Abstract>"))


def test_pages_titles_and_missing_values() -> None:
    rows = read(
        made(
            "<Pagination><StartPage>5</StartPage><EndPage>9</EndPage></Pagination><ArticleTitle>[Not Available].</ArticleTitle>"
        )
    )["publication"][0]
    assert rows["pages"] == "5-9" and rows["title_is_translated"] is False
    assert read(made("<Pagination><StartPage>e12</StartPage></Pagination>"))["publication"][0]["pages"] == "e12"
    assert rows["authors_complete"] is None and rows["languages"] is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://orcid.org/0000-0003-0572-4123", "0000-0003-0572-4123"),
        ("000000030572412X", "0000-0003-0572-412X"),
        ("0000-0003", None),
        (None, None),
    ],
)
def test_orcids_are_written_one_way(text: str | None, expected: str | None) -> None:
    assert orcid_in(text) == expected


DRIFT = [
    (made("<Novel/>"), "PubmedArticle/MedlineCitation/Article/Novel"),
    (made(citation="<NovelList/>"), "PubmedArticle/MedlineCitation/NovelList"),
    (made(data="<Novel/>"), "PubmedArticle/PubmedData/Novel"),
    (made("<AuthorList><Author><LastName>a</LastName><Rank/></Author><Robot/></AuthorList>"), "PubmedArticle/MedlineCitation/Article/AuthorList/Author/Rank"),
    (made("<AuthorList><Robot/></AuthorList>"), "PubmedArticle/MedlineCitation/Article/AuthorList/Robot"),
    (made('<AuthorList><Author Rank="1"><LastName>a</LastName></Author></AuthorList>'), "PubmedArticle/MedlineCitation/Article/AuthorList/Author/@Rank"),
    (made(citation="<MeshHeadingList><MeshHeading><Novel/></MeshHeading></MeshHeadingList>"), "PubmedArticle/MedlineCitation/MeshHeadingList/MeshHeading/Novel"),
    (made('<Abstract><AbstractText Novel="x">a</AbstractText></Abstract>'), "PubmedArticle/MedlineCitation/Article/Abstract/AbstractText/@Novel"),
    (made(data='<History><PubMedPubDate PubStatus="x"><Era>1</Era></PubMedPubDate></History>'), "PubmedArticle/PubmedData/History/PubMedPubDate/Era"),
    (made("<Journal><JournalIssue><PubDate><Era>1</Era></PubDate></JournalIssue></Journal>"), "PubmedArticle/MedlineCitation/Article/Journal/JournalIssue/PubDate/Era"),
    (made(citation="<DateRevised><Era/></DateRevised>"), "PubmedArticle/MedlineCitation/DateRevised/Era"),
    (made(citation='<KeywordList Owner="x" Novel="y"/>'), "PubmedArticle/MedlineCitation/KeywordList/@Novel"),
    (made().replace("<MedlineCitation ", '<MedlineCitation Novel="1" '), "PubmedArticle/MedlineCitation/@Novel"),
    ("<PubmedBookArticle><BookDocument><PMID>7</PMID><Book><Novel/></Book></BookDocument></PubmedBookArticle>", "PubmedBookArticle/BookDocument/Book/Novel"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "path"), DRIFT, ids=[path for _, path in DRIFT])
def test_what_nobody_expected_is_reported_as_drift(body: str, path: str) -> None:
    assert path in [where for where, _ in PubMed().parse(body.encode()).drift]


# --- damage ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"", b"   ", b"not xml", b"\x00", b"<PubmedArticle>", b"<PubmedArticle/>", b"<html/>", b"<PubmedArticleSet/>",
        b"<PubmedArticle><MedlineCitation/></PubmedArticle>",
        b"<PubmedArticle><MedlineCitation><PMID/></MedlineCitation></PubmedArticle>",
        b"<PubmedArticle><MedlineCitation><PMID>abc</PMID></MedlineCitation></PubmedArticle>",
        b"<PubmedArticle><MedlineCitation><CommentsCorrectionsList><CommentsCorrections><PMID>9</PMID></CommentsCorrections></CommentsCorrectionsList></MedlineCitation></PubmedArticle>",
        b"<PubmedArticle><MedlineCitation><PMID>7</PMID><Article><ArticleTitle>&who;</ArticleTitle></Article></MedlineCitation></PubmedArticle>",
        b'<!DOCTYPE PubmedArticle [<!ENTITY a "b">]><PubmedArticle><MedlineCitation><PMID>7</PMID></MedlineCitation></PubmedArticle>',
        b'<!DOCTYPE PubmedArticle SYSTEM "file:///etc/hostname"><PubmedArticle><MedlineCitation><PMID>7</PMID></MedlineCitation></PubmedArticle>',
        b'"<PubmedArticle><MedlineCitation><PMID>7</PMID></MedlineCitation></PubmedArticle>"',
        b"<mml:PubmedArticle><MedlineCitation><PMID>7</PMID></MedlineCitation></mml:PubmedArticle>",
        b"<PubmedArticle><mml:a/></PubmedArticle><PubmedArticle/>",
        b"<PubmedArticle>" + b"<a>" * 300 + b"</a>" * 300 + b"</PubmedArticle>",
    ],
)  # fmt: skip
def test_damaged_records_are_rejected_with_a_reason_on_one_line(body: bytes) -> None:
    with pytest.raises(RecordRejected) as rejected:
        PubMed().parse(body)
    assert "\n" not in str(rejected.value) and len(str(rejected.value)) < 300


FULL = made(
    '<Journal><ISSN IssnType="Print">1</ISSN><JournalIssue CitedMedium="Print"><Volume>1</Volume><PubDate><Year>2001</Year><Month>Jan</Month><Day>3</Day></PubDate></JournalIssue></Journal>'
    '<ArticleTitle>T <i>i</i></ArticleTitle><Pagination><MedlinePgn>1-2</MedlinePgn></Pagination><ELocationID EIdType="doi" ValidYN="Y">10.1/x</ELocationID>'
    '<Abstract><AbstractText Label="A">b</AbstractText></Abstract><AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>L</LastName><Identifier Source="ORCID">0000-0003-0572-4123</Identifier>'
    "<AffiliationInfo><Affiliation>x</Affiliation></AffiliationInfo></Author></AuthorList><Language>eng</Language>"
    '<GrantList><Grant><GrantID>1</GrantID></Grant></GrantList><ArticleDate DateType="Electronic"><Year>2001</Year><Month>2</Month><Day>3</Day></ArticleDate>',
    '<MeshHeadingList><MeshHeading><DescriptorName UI="D1" MajorTopicYN="N">d</DescriptorName></MeshHeading></MeshHeadingList><NumberOfReferences>3</NumberOfReferences>',
    '<History><PubMedPubDate PubStatus="entrez"><Year>2001</Year><Month>2</Month><Day>3</Day><Hour>6</Hour></PubMedPubDate></History><ArticleIdList><ArticleId IdType="pubmed">7</ArticleId></ArticleIdList>'
    "<ReferenceList><Reference><Citation>c</Citation></Reference></ReferenceList>",
).encode()  # fmt: skip


def parses_or_is_rejected(body: bytes) -> None:
    try:
        parsed = PubMed().parse(body)
    except RecordRejected:
        return
    for table, lines in parsed.rows.items():
        for line in lines:
            for value, column in zip(line, TABLES[table].columns, strict=True):
                assert value is None or type(value) is PYTHON_TYPES[column.type]
                assert type(value) is not int or abs(value) < 2**31


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(FULL)), st.integers(0, 40), st.binary(max_size=12))
def test_bytes_overwritten_never_raise_anything_else(at: int, gone: int, new: bytes) -> None:
    parses_or_is_rejected(FULL[:at] + new + FULL[at + gone :])


ELEMENTS = sorted(set(re.findall(rb"</?[A-Za-z]+[^>]*>", FULL)))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from(ELEMENTS), st.text(max_size=6)), max_size=6))
def test_tags_and_words_exchanged_never_raise_anything_else(changes: list[tuple[int, bytes, str]]) -> None:
    pieces = re.split(rb"(<[^>]*>)", FULL)
    for place, tag, word in changes:
        pieces[place % len(pieces)] = tag if place % 2 else word.encode("utf-8", "replace")
    parses_or_is_rejected(b"".join(pieces))


def test_truncated_real_records_are_rejected(records: dict[str, bytes]) -> None:
    for body in list(records.values())[::25]:
        for share in (0.1, 0.5, 0.9, 0.999):
            with pytest.raises(RecordRejected):
                PubMed().parse(body[: int(len(body) * share)])


def test_parsing_is_pure(records: dict[str, bytes]) -> None:
    body = records["20301347"]
    assert PubMed().parse(body) == PubMed().parse(body)
