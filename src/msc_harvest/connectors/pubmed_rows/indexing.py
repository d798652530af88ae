"""What NLM adds to an article: headings, substances, links to other records, notes, keywords."""

from __future__ import annotations

from msc_harvest.connectors.pubmed_rows import people, sections
from msc_harvest.connectors.pubmed_rows.record import Readers, Record
from msc_harvest.connectors.pubmed_rows.xml_text import Element, plain, whole_number, words

CITATION = "PubmedArticle/MedlineCitation"
MESH = "core.publication_mesh"
QUALIFIER = "core.publication_mesh_qualifier"

_HEADING_ATTRIBUTES = frozenset({"UI", "MajorTopicYN", "Type", "AutoHM"})


def _headings(record: Record, element: Element) -> None:
    pmid, mesh, qualifiers = record.pmid, record.rows[MESH], record.rows[QUALIFIER]
    path = f"{CITATION}/MeshHeadingList"
    for position, heading in enumerate(record.children(element, "MeshHeading", path), len(mesh) + 1):
        of_heading = 0
        for child in heading[:]:
            name, get = child.tag, child.get
            if name == "QualifierName":
                of_heading += 1
                qualifiers.append(
                    (pmid, position, of_heading, get("UI") or None, child.text, get("MajorTopicYN") == "Y")
                )
            elif name == "DescriptorName":
                is_major, is_automatic = get("MajorTopicYN") == "Y", get("AutoHM") == "Y"
                mesh.append(
                    (pmid, position, get("UI") or None, child.text, get("Type") or None, is_major, is_automatic)
                )
            else:
                record.unknown(f"{path}/MeshHeading", child)
            if position == 1:
                record.attributes(f"{path}/MeshHeading/{name}", child, _HEADING_ATTRIBUTES)


def _supplementary(record: Record, element: Element) -> None:
    rows = record.rows["core.publication_supplementary_mesh"]
    for child in record.children(element, "SupplMeshName", f"{CITATION}/SupplMeshList"):
        rows.append((record.pmid, len(rows) + 1, child.get("UI") or None, plain(child), child.get("Type") or None))


def _chemicals(record: Record, element: Element) -> None:
    rows, path = record.rows["core.publication_chemical"], f"{CITATION}/ChemicalList"
    for chemical in record.children(element, "Chemical", path):
        number = name = concept = None
        for child in chemical[:]:
            if child.tag == "RegistryNumber":
                number = plain(child)
            elif child.tag == "NameOfSubstance":
                name, concept = plain(child), child.get("UI") or None
            else:
                record.unknown(f"{path}/Chemical", child)
        rows.append((record.pmid, len(rows) + 1, number, name, concept))


def _genes(record: Record, element: Element) -> None:
    rows = record.rows["core.publication_gene_symbol"]
    for child in record.children(element, "GeneSymbol", f"{CITATION}/GeneSymbolList"):
        rows.append((record.pmid, len(rows) + 1, plain(child)))


def _comments(record: Record, element: Element) -> None:
    path = f"{CITATION}/CommentsCorrectionsList"
    for child in record.children(element, "CommentsCorrections", path):
        record.attributes(f"{path}/CommentsCorrections", child, ("RefType",))
        _comment(record, child, child.get("RefType") or None, f"{path}/CommentsCorrections")


def _old_comments(record: Record, element: Element) -> None:
    # Until 2008 the kind of link was the name of an element, and the list had no name of its own.
    for child in element[:]:
        _comment(record, child, child.tag, f"{CITATION}/CommentsCorrections/{child.tag}")


def _comment(record: Record, element: Element, kind: str | None, path: str) -> None:
    rows = record.rows["core.publication_comment"]
    pmid = version = source = note = None
    for child in element[:]:
        if child.tag == "PMID":
            pmid, version = plain(child), whole_number(child.get("Version"))
        elif child.tag == "RefSource":
            source = words(child)
        elif child.tag == "Note":
            note = words(child)
        else:
            record.unknown(path, child)
    rows.append((record.pmid, len(rows) + 1, kind, pmid, version, source, note))


def _other_id(record: Record, element: Element) -> None:
    rows = record.rows["core.publication_other_id"]
    rows.append((record.pmid, len(rows) + 1, element.get("Source") or None, plain(element)))


def _other_abstract(record: Record, element: Element) -> None:
    rows = record.rows["core.publication_other_abstract"]
    texts = sections.labelled_text(record, element, f"{CITATION}/OtherAbstract")
    rows.append((record.pmid, len(rows) + 1, element.get("Type") or None, element.get("Language") or None, *texts))


def _note(record: Record, element: Element) -> None:
    rows = record.rows["core.publication_note"]
    rows.append((record.pmid, len(rows) + 1, element.get("Owner") or None, words(element)))


def _keywords(record: Record, element: Element) -> None:
    sections.keywords(record, element, f"{CITATION}/KeywordList")


def _investigators(record: Record, element: Element) -> None:
    people.investigators(record, element, "main", f"{CITATION}/InvestigatorList")


def _subjects(record: Record, element: Element) -> None:
    people.name_subjects(record, element, f"{CITATION}/PersonalNameSubjectList")


INDEXING: Readers = {
    "MeshHeadingList": (_headings, ()),
    "SupplMeshList": (_supplementary, ()),
    "ChemicalList": (_chemicals, ()),
    "GeneSymbolList": (_genes, ("CompleteYN",)),
    "CommentsCorrectionsList": (_comments, ()),
    "CommentsCorrections": (_old_comments, ()),
    "OtherID": (_other_id, ("Source",)),
    "OtherAbstract": (_other_abstract, ("Type", "Language")),
    "GeneralNote": (_note, ("Owner",)),
    "KeywordList": (_keywords, ("Owner",)),
    "InvestigatorList": (_investigators, ("ID",)),
    "PersonalNameSubjectList": (_subjects, ()),
}
