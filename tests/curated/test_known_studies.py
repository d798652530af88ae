"""The records any search must find: only numbers that the reviewed tables call confirmed, and all of them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

Row = dict[str, str]

LEFT_OUT = {
    "23151227": "recipients without cells, whose data test a score of the study: no search for the cells owes it"
}
"""Confirmed numbers that are not asked of a search, and why."""

ORGANS = {"kidney", "liver", "heart", "lung", "small_bowel"}


def _rows(path: Path, delimiter: str = ",") -> list[Row]:
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle, delimiter=delimiter))


def _is_recalled(row: Row, number: str) -> bool:
    """Does the reviewed table call this number recalled? A recalled PMID named by its digits spares the others."""
    recalled = row["recalled_fields"]
    if number.startswith("NCT"):
        return "NCT id" in recalled
    named = re.findall(r"pmid (\d{5,})", recalled)
    return number in named or (not named and re.search(r"\bpmids?\b", recalled) is not None)


def _confirmed(shared: Path) -> set[tuple[str, str]]:
    """(organ, number) of every confirmed registration and paper of the organs in question."""
    verified = {row["pmid_verified"] for row in _rows(shared / "data" / "gold" / "papers.tsv", "\t")}
    return {
        (row["organ"], number)
        for row in _rows(shared / "data" / "gold" / "trials.csv")
        if row["confidence"] == "confirmed_in_source" and row["organ"] in ORGANS
        for number in re.split(r";\s*", f"{row['nct_ids']};{row['pmids']}")
        if re.fullmatch(r"NCT\d{8}|\d+", number)
        if number in verified or not _is_recalled(row, number)
    }


def test_known_studies_are_confirmed_ones(checkout: Path, shared: Path) -> None:
    """Every number stands in a reviewed table as confirmed; none of those is left out without a reason."""
    known = {
        (row["organ_code"], row["record_id"]) for row in _rows(checkout / "warehouse" / "curated" / "known_studies.csv")
    }
    verified = {row["pmid_verified"] for row in _rows(shared / "data" / "gold" / "papers.tsv", "\t")}
    confirmed = {(organ, number) for organ, number in _confirmed(shared) if number not in LEFT_OUT}
    assert confirmed <= known
    assert {number for _, number in known - confirmed} <= verified


def test_numbers_have_the_form_of_their_source(checkout: Path) -> None:
    """A registration number for the register, digits for PubMed; signed, with a citation and a reason."""
    forms = {"clinicaltrials_gov": r"NCT\d{8}", "pubmed": r"\d{1,8}"}
    for row in _rows(checkout / "warehouse" / "curated" / "known_studies.csv"):
        assert re.fullmatch(forms[row["source"]], row["record_id"]), row
        assert row["record_id"] in row["citation"] and row["why"] and row["entered_by"], row
