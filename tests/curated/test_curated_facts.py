"""The facts read by people agree with the reviewed tables they were taken from: nothing lost, nothing added."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

Row = dict[str, str]
Print = tuple[str, ...]

FILES = ("study", "study_record", "arm_outcome", "arm_outcome_pending", "preclinical_study", "scope_override")
COUNTED = ("reported", "derived_from_percentage", "derived_sum")

LEFT_OUT = {
    ("tan_2012", "msc_pooled"): "sum of two arms that stand there themselves: people would be counted twice",
    ("META_zhao_2021", "comparison"): "pooled effects of a meta-analysis are no arm evidence",
}
"""Counted rows that are neither evidence nor pending, by study (or its beginning) and arm, and why."""

SAME_STUDY = {"casiraghi_2020_case": "perico_bergamo_phase1"}
"""A case report belongs to the study whose participant it describes."""

CODES = {
    "BK": "bk_virus",
    "BP target <140/90 achieved": "blood_pressure_at_target",
    "CMV": "cmv",
    "DGF": "delayed_graft_function",
    "DSA against MSC (pre-formed)": "anti_msc_antibody",
    "FEV1": "fev1",
    "FEV1_decline": "fev1_decline",
    "FVC": "fvc",
    "IS_minimisation_success (CsA stopped)": "is_minimisation",
    "IS_withdrawal_success (no conventional IS)": "is_withdrawal_success",
    "IS_withdrawal_success (off all IS)": "is_withdrawal_success",
    "LV hypertrophy": "lv_hypertrophy",
    "SAE": "serious_adverse_event",
    "SAE_cardiac (NSTEMI ~3 h after infusion)": "cardiovascular_event",
    "SAE_procedure_related": "related_serious_adverse_event",
    "acute_rejection": "acute_rejection",
    "acute_rejection (AMR+ACR)": "acute_rejection",
    "acute_rejection (severe)": "acute_rejection",
    "anti-HLA antibodies against MSC or shared kidney-MSC HLA": "anti_msc_antibody",
    "biliary_complication": "biliary_complication",
    "biopsy_proven_acute_rejection": "acute_rejection",
    "de_novo_DSA": "de_novo_dsa",
    "death_censored_graft_survival": "graft_survival",
    "delta_eGFR": "renal_function_egfr_change",
    "delta_maxDSA_MFI": "dsa_mfi_change",
    "eGFR": "renal_function_egfr",
    "eGFR_baseline": "renal_function_egfr",
    "graft_and_recipient_survival": "graft_and_patient_survival",
    "graft_dysfunction": "graft_dysfunction",
    "graft_functioning": "graft_functioning",
    "graft_loss": "graft_loss",
    "graft_loss_only": "graft_loss",
    "graft_survival": "graft_survival",
    "hepatic_enzyme_elevation": "hepatic_enzyme_elevation",
    "infection": "infection",
    "infusion_reaction": "infusion_reaction",
    "infusion_reaction/engraftment_syndrome (acute graft dysfunction)": "engraftment_syndrome",
    "interventional_therapy_needed (biliary)": "biliary_intervention",
    "maxDSA_MFI_baseline": "dsa_mfi",
    "patient+graft_loss": "graft_loss",
    "patient_death": "patient_death",
    "patient_loss_only": "patient_death",
    "patient_survival": "patient_survival",
    "rejection_improved (AMR)": "rejection_resolved",
    "serious_infection (sepsis, fatal)": "serious_infection",
    "serum_creatinine": "creatinine",
    "study_completed": "study_completed",
    "tacrolimus_dose": "tacrolimus_dose",
}

SURVIVAL = ("patient_survival", "graft_survival", "graft_and_patient_survival")
"""Percentages from survival curves: they stay values, censored people make no count of them."""

SOUND_HOSTS = (
    "https://pmc.ncbi.nlm.nih.gov/",
    "https://pubmed.ncbi.nlm.nih.gov/27964826",
    "http://www.pubmed.gov/",
    "biomedcentral.com/",
    "https://frontiersin.org/",
    "pure.elsevier.com/",
    "elsevierpure.com/",
    "https://pure.eur.nl/",
    "https://orbi.uliege.be/",
    "https://insights.ovid.com/",
    "https://www.stemcelltherjournal.com/",
    "https://wjgnet.com/",
    "https://journals.rcsi.science/",
)
"""Publishers, PubMed, university repositories. What was read elsewhere needs a second copy, named in the note."""

ANIMAL_ORIGINS = {"syngeneic", "xenogeneic"}
EFFECTS = {"prolonged", "none", "shortened", "tolerance", "protected", "accelerated", "mixed"}


def _rows(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def _curated(checkout: Path, name: str) -> list[Row]:
    return _rows(checkout / "warehouse" / "curated" / f"{name}.csv")


def _vocabulary(checkout: Path, name: str, column: str) -> set[str]:
    path = checkout / "warehouse" / "vocab" / f"{name}.csv"
    return {row[column] for row in _rows(path)} if path.exists() else set()


def _number(text: str) -> str:
    """A number in one spelling, "" for what is no number."""
    try:
        return f"{float(text):g}"
    except ValueError:
        return ""


def _is_left_out(row: Row) -> bool:
    return any(row["study_id"].startswith(study) and row["arm"] == arm for study, arm in LEFT_OUT)


def _counted(shared: Path) -> list[Row]:
    rows = _rows(shared / "data" / "gold" / "outcomes.csv")
    return [row for row in rows if row["confidence"] == "confirmed_in_source" and row["count_basis"] in COUNTED]


def _gold_print(row: Row) -> Print:
    code = CODES[row["outcome"]]
    events = "" if code in SURVIVAL else _number(row["events"])
    role = "msc" if row["arm"].startswith("msc") else "control"
    study = SAME_STUDY.get(row["study_id"], row["study_id"])
    months = _number(row["timepoint_months"])
    return (study, row["organ"], code, role, months, events, _number(row["n"]), _number(row["value"]))


def _print(row: Row) -> Print:
    numbers = (_number(row[name]) for name in ("timepoint_months", "n_events", "n_at_risk", "value"))
    return (row["study_id"], row["organ_code"], row["outcome_code"], row["arm_role"], *numbers)


def _both(checkout: Path) -> list[Row]:
    return _curated(checkout, "arm_outcome") + _curated(checkout, "arm_outcome_pending")


def test_every_counted_row_is_evidence_or_pending_and_nothing_else_is(checkout: Path, shared: Path) -> None:
    expected = Counter(_gold_print(row) for row in _counted(shared) if not _is_left_out(row))
    found = Counter(_print(row) for row in _both(checkout))
    assert found - expected == Counter(), "in the curated sheets, not in the reviewed table"
    assert expected - found == Counter(), "in the reviewed table, not in the curated sheets"
    assert sum(found.values()) == 118


def test_left_out_rows_are_the_named_ones(shared: Path) -> None:
    left = Counter((row["study_id"].split("(")[0], row["arm"]) for row in _counted(shared) if _is_left_out(row))
    assert left == Counter({("tan_2012", "msc_pooled"): 1, ("META_zhao_2021", "comparison"): 8})


def test_basis_of_each_count_follows_the_reviewed_table(checkout: Path, shared: Path) -> None:
    basis = {_gold_print(row): row["count_basis"] for row in _counted(shared) if not _is_left_out(row)}
    for row in _both(checkout):
        expected = "derived" if basis[_print(row)] == "derived_from_percentage" and row["n_events"] else "reported"
        if expected == "reported" and row["n_events"] == "0":
            expected = "zero_in_words"
        assert row["count_basis"] == expected, _print(row)


def test_evidence_read_on_a_mirror_names_its_second_copy(checkout: Path, shared: Path) -> None:
    url = {_gold_print(row): row["source_url"] for row in _counted(shared) if not _is_left_out(row)}
    for row in _curated(checkout, "arm_outcome"):
        if not any(host in url[_print(row)] for host in SOUND_HOSTS):
            assert "cop" in row["note"].lower(), (url[_print(row)], _print(row))


def test_pending_rows_say_why_and_are_not_evidence(checkout: Path) -> None:
    pending = _curated(checkout, "arm_outcome_pending")
    assert all(row["reason"] for row in pending)
    assert not {_print(row) for row in pending} & {_print(row) for row in _curated(checkout, "arm_outcome")}
    assert Counter(row["study_id"] for row in pending) == Counter(
        {
            "vanikar_3arm_coinfusion": 18,
            "wei_2021": 8,
            "vanikar_2010_hsct_combo": 5,
            "peng_2013": 4,
            "erpicum_2019": 3,
            "vanikar_tolerance_protocol_20": 2,
            "veceric_haler_2022": 2,
            "misot_1": 1,
        }
    )


def test_counts_are_whole_and_not_above_the_people_at_risk(checkout: Path) -> None:
    for row in _both(checkout):
        assert row["n_at_risk"].isdigit() and int(row["n_at_risk"]) > 0, row
        assert row["n_events"] or row["value"], row
        if row["n_events"]:
            assert row["n_events"].isdigit() and int(row["n_events"]) <= int(row["n_at_risk"]), row
        if row["outcome_code"] in SURVIVAL:
            assert row["n_events"] == "" and row["value_kind"] == "percent"
        if row["n_events"] and row["value_kind"] == "percent":
            share = 100 * int(row["n_events"]) / int(row["n_at_risk"])
            assert share == pytest.approx(float(row["value"]), abs=0.06), row


def test_known_counts(checkout: Path) -> None:
    found = {
        (row["study_id"], row["arm_label"], row["outcome_code"]): (row["n_events"], row["n_at_risk"])
        for row in _curated(checkout, "arm_outcome")
    }
    assert found["tan_2012", "MSC, standard-dose CNI", "acute_rejection"] == ("4", "53")
    assert found["tan_2012", "control", "acute_rejection"] == ("11", "51")
    assert found["sun_2018", "control", "delayed_graft_function"] == ("7", "21")
    assert found["zhang_2017_itbl", "control", "biliary_intervention"] == ("45", "70")
    assert found["dogan_2014", "MSC", "patient_death"] == ("3", "6")
    assert found["chambers_2017", "MSC", "patient_death"] == ("2", "10")


def test_one_row_per_study_outcome_arm_and_time(checkout: Path) -> None:
    for name in ("arm_outcome", "arm_outcome_pending"):
        keys = Counter(
            tuple(
                row[column]
                for column in (
                    "study_id",
                    "outcome_code",
                    "outcome_definition",
                    "arm_label",
                    "timepoint_months",
                    "timepoint_text",
                )
            )
            for row in _curated(checkout, name)
        )
        assert [key for key, times in keys.items() if times > 1] == []


def test_each_fact_cites_its_paper_never_a_copy_and_is_signed(checkout: Path) -> None:
    for name in FILES:
        for row in _curated(checkout, name):
            text = " ".join(row.values())
            assert "http" not in text and "@" not in text, text
            if name != "scope_override":
                assert row["citation"] and row["entered_by"] == "msc-harvest founders"
                assert date.fromisoformat(row["entered_on"]) == date(2026, 11, 21)
            if name in ("study", "arm_outcome", "arm_outcome_pending", "preclinical_study"):
                assert row["locator"], row


def test_outcomes_come_from_records_of_their_study(checkout: Path) -> None:
    studies = {row["study_id"] for row in _curated(checkout, "study")}
    records = {(row["study_id"], row["source"], row["record_id"]) for row in _curated(checkout, "study_record")}
    assert {study for study, _, _ in records} == studies
    assert {(row["study_id"], row["source"], row["record_id"]) for row in _both(checkout)} <= records


def test_codes_are_those_of_the_vocabulary(checkout: Path) -> None:
    studies, evidence = _curated(checkout, "study"), _curated(checkout, "arm_outcome")
    records, animals = _curated(checkout, "study_record"), _curated(checkout, "preclinical_study")
    used = [
        ("organ", "organ_code", {code for row in studies for code in row["organ_codes"].split(";")}),
        ("organ", "organ_code", {row["organ_code"] for row in animals}),
        ("stratum", "stratum", {row["stratum"] for row in studies}),
        ("study_design", "design", {row["design"] for row in studies}),
        ("cell_source", "cell_source_code", {row["cell_source"] for row in studies + animals} - {""}),
        ("cell_origin", "cell_origin_code", {row["cell_origin"] for row in studies} - {""}),
        ("record_role", "record_role", {row["record_role"] for row in records}),
        ("outcome", "outcome_code", {row["outcome_code"] for row in evidence}),
        ("arm_role", "arm_role", {row["arm_role"] for row in evidence}),
        ("count_basis", "count_basis", {row["count_basis"] for row in evidence}),
        ("certainty", "certainty", {row["certainty"] for row in evidence}),
    ]
    for name, column, codes in used:
        known = _vocabulary(checkout, name, column)
        assert not known or codes <= known, (name, sorted(codes - known))


def test_studies_are_people_not_papers(checkout: Path) -> None:
    studies = {row["study_id"]: row for row in _curated(checkout, "study")}
    assert len(studies) == len(_curated(checkout, "study"))
    assert all(row["n_msc"] == row["n_control"] == "" for row in studies.values() if row["design"] == "registered_only")
    assert {key for key, row in studies.items() if row["stratum"] == "msc_with_hsc"} == {
        key for key in studies if key.startswith("vanikar_")
    }
    bergamo = [row for row in _curated(checkout, "study_record") if row["study_id"] == "perico_bergamo_phase1"]
    assert Counter(row["record_role"] for row in bergamo) == Counter(
        report=2, follow_up=1, case_report=1, registration=1
    )
    assert "keller_2018" in studies["erasmus_2022"]["note"] and "erasmus_2022" in studies["keller_2018"]["note"]


def test_a_registration_shared_by_two_studies_names_the_organ(checkout: Path) -> None:
    records = _curated(checkout, "study_record")
    times = Counter((row["source"], row["record_id"]) for row in records)
    shared_rows = [row for row in records if times[row["source"], row["record_id"]] > 1]
    assert {(row["study_id"], row["record_id"], row["organ_code"]) for row in shared_rows} == {
        ("erpicum_2019", "NCT01429038", "kidney"),
        ("detry_2017", "NCT01429038", "liver"),
    }


def test_single_cases_are_marked_so_that_sums_can_leave_them_out(checkout: Path) -> None:
    role = {(row["study_id"], row["record_id"]): row["record_role"] for row in _curated(checkout, "study_record")}
    for row in _both(checkout):
        assert (row["arm_label"] == "case") == (role[row["study_id"], row["record_id"]] == "case_report"), row


def test_papers_carry_the_proven_pmid(checkout: Path, shared: Path) -> None:
    papers = _rows_tsv(shared / "data" / "gold" / "papers.tsv")
    proven = {row["doi"]: row["pmid_verified"] for row in papers if row["pmid_verified"] and row["doi"]}
    refuted = {row["pmid_in_brief"] for row in papers if row["brief_ok"].startswith("NO")}
    assert len(refuted) == 6
    for row in _curated(checkout, "study_record"):
        if row["source"] == "pubmed":
            assert row["record_id"].isdigit() and f"PMID {row['record_id']}" in row["citation"]
            doi = next((doi for doi in proven if f"doi:{doi}." in row["citation"]), None)
            assert doi is None or proven[doi] == row["record_id"]
    used = {row["record_id"] for row in _curated(checkout, "study_record")}
    assert not used & refuted


def _rows_tsv(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def test_animal_studies_are_confirmed_ones(checkout: Path, shared: Path) -> None:
    table = _rows(shared / "data" / "gold" / "preclinical.csv")
    gold = [row for row in table if row["confidence"] == "confirmed_in_source"]
    known = {
        (row["organ"].replace("skin", "other"), row["species"], row["outcome_class"].replace("no_effect", "none"))
        for row in gold
    }
    animals = _curated(checkout, "preclinical_study")
    assert len({row["preclinical_id"] for row in animals}) == len(animals) == 27
    origins = _vocabulary(checkout, "cell_origin", "cell_origin_code") | ANIMAL_ORIGINS
    for row in animals:
        assert (row["organ_code"], row["species"], row["effect"]) in known and row["effect"] in EFFECTS, row
        assert row["effect_text"] and row["doi"] in {known_row["doi"] for known_row in gold}, row
        assert origins == ANIMAL_ORIGINS or set(row["cell_origin"].split(";")) - {""} <= origins, row
    recalled = {"Popp FC", "Seifert M", "Obermajer N", "Ge W", "Inoue S"}
    assert not recalled & {row["first_author"] for row in animals}
