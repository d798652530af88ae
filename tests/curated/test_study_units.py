"""Known traps of study units, on the warehouse built from the embedded sample: whose records are one study, and nobody twice."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

Record = tuple[str, str, str]
Records = dict[str, set[Record]]


def _rows(checkout: Path, name: str) -> list[dict[str, str]]:
    with (checkout / "warehouse" / f"{name}.csv").open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def _asked(warehouse: Path, question: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(question).fetchall()


@pytest.fixture(scope="module")
def records(sample_warehouse: Path) -> Records:
    """study_id → (record, role, method) of every record of the study."""
    found: Records = {}
    for study, *record in _asked(
        sample_warehouse, "SELECT study_id, record_id, record_role, method FROM study.study_record"
    ):
        found.setdefault(study, set()).add((record[0], record[1], record[2]))
    return found


def test_the_tolerance_case_report_belongs_to_the_bergamo_study(records: Records) -> None:
    roles = {role: name for name, role, _ in records["perico_bergamo_phase1"]}
    assert roles["registration"] == "NCT00752479"
    assert "case_report" in roles
    assert not [study for study, own in records.items() if "31872574" in {name for name, _, _ in own}]


def test_one_registration_with_a_kidney_and_a_liver_paper_is_two_studies_of_different_people(
    records: Records, sample_warehouse: Path
) -> None:
    studies = {study for study, own in records.items() if "NCT01429038" in {name for name, _, _ in own}}
    assert studies == {"erpicum_2019", "detry_2017"}
    organs = _asked(
        sample_warehouse,
        "SELECT study_id, organ_code FROM study.study_organ WHERE study_id IN ('erpicum_2019', 'detry_2017')",
    )
    assert set(organs) == {("erpicum_2019", "kidney"), ("detry_2017", "liver")}


def test_the_two_korean_patients_are_a_case_report_inside_the_later_series(records: Records) -> None:
    assert ("10.1155/2021/6672644", "case_report", "curated") in records["park_2025"]
    assert ("40663031", "report", "curated") in records["park_2025"]


def test_the_lung_study_that_gave_cells_again_shares_people_with_the_first(sample_warehouse: Path) -> None:
    shared = _asked(
        sample_warehouse,
        "SELECT study_id, shares_patients_with FROM out.study_register "
        "WHERE shares_patients_with IS NOT NULL ORDER BY study_id",
    )
    assert shared == [("erasmus_2022", "keller_2018"), ("keller_2018", "erasmus_2022")]


def test_two_msc_arms_share_one_control_that_is_counted_once(sample_warehouse: Path) -> None:
    arms = _asked(
        sample_warehouse,
        "SELECT arm_role, count(*), sum(n_at_risk) FROM evidence.counted_outcome "
        "WHERE study_id = 'tan_2012' AND outcome_code = 'acute_rejection' GROUP BY arm_role ORDER BY arm_role",
    )
    assert arms == [("control", 1, 51), ("msc", 2, 105)]


def test_triton_has_its_main_paper_substudy_protocol_and_registration(records: Records) -> None:
    assert {role for _, role, _ in records["reinders_2021_triton"]} == {
        "report",
        "substudy",
        "protocol",
        "registration",
    }
    assert ("34913362", "substudy", "curated") in records["reinders_2021_triton"]


def test_misot_is_tied_by_people_where_no_source_links_paper_and_registration(
    records: Records, sample_warehouse: Path
) -> None:
    own = {name: method for name, _, method in records["misot_1"]}
    assert own["26041737"] == own["NCT01841632"] == "curated"
    assert not _asked(sample_warehouse, "SELECT nct_id FROM study.trial_publication WHERE pmid = '26041737'")


def test_the_score_paper_of_misot_is_found_by_the_european_number_and_reports_nobody(
    records: Records, sample_warehouse: Path
) -> None:
    ties = _asked(sample_warehouse, "SELECT nct_id, method FROM study.trial_publication WHERE pmid = '23151227'")
    assert ties == [("NCT01841632", "other_number_in_abstract")]
    assert ("23151227", "protocol", "curated") in records["misot_1"]


def test_papers_without_registration_are_studies_of_their_own(records: Records) -> None:
    for study in ("peng_2013", "pan_2016", "mudrabettu_2015", "zhang_2017_itbl"):
        assert len(records[study]) == 1
        assert {role for _, role, _ in records[study]} == {"report"}


def test_no_report_stands_under_two_studies(records: Records) -> None:
    reports = [name for own in records.values() for name, role, _ in own if role not in ("registration", "protocol")]
    assert len(reports) == len(set(reports))


def test_candidates_are_only_shown_and_the_two_suspected_links_are_among_them(
    records: Records, sample_warehouse: Path
) -> None:
    pairs = set(_asked(sample_warehouse, "SELECT nct_id, pmid FROM out.tie_candidate"))
    assert {("NCT02563340", "34248942"), ("NCT02409940", "35211176")} <= pairs
    for nct_id, pmid in pairs:
        assert not [own for own in records.values() if {nct_id, pmid} <= {name for name, _, _ in own}]


def test_every_study_of_shared_people_is_there_and_each_names_the_other(checkout: Path) -> None:
    shares = {row["study_id"]: row["shares_patients_with"] for row in _rows(checkout, "curated/study")}
    for study, others in shares.items():
        for other in filter(None, others.split(";")):
            assert study in shares[other].split(";"), (study, other)


def test_each_kind_of_number_is_found_in_texts_and_read_by_its_own_pattern_alone(checkout: Path) -> None:
    rows = _rows(checkout, "schema/core_version")
    reads = next(row["reads"] for row in rows if row["column"] == "named_register_ids")
    expression = re.compile(reads.removeprefix("found "))
    kinds = _rows(checkout, "vocab/register_number")
    for kind in kinds:
        found = expression.findall(f"Registered as {kind['example']} (2019).".upper())
        assert len(found) == 1, kind["example"]
        readers = [other["register_code"] for other in kinds if re.search(other["pattern"], found[0].lower())]
        assert readers == [kind["register_code"]]


@pytest.mark.parametrize(
    "text", ["P30CA043703", "R01HL110737", "NCI-2011-02823", "GSE12345678", "NTR1", "2015-A01022-47"]
)
def test_grants_and_gene_banks_are_no_register(checkout: Path, text: str) -> None:
    kinds = _rows(checkout, "vocab/register_number")
    assert not [kind["register_code"] for kind in kinds if re.search(kind["pattern"], text.lower())]
