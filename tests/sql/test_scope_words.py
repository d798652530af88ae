"""Scope in invented records: spellings, word orders and look-alikes that no labelled sample happens to hold."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest

from msc_harvest.warehouse.derive import load_signed_files
from msc_harvest.warehouse.sql_files import in_build_order, read_folder
from msc_harvest.warehouse.tables import create_all
from tests.sql.bench import QUERIES, ROOT

NEEDED = {
    "pattern",
    "organ_pattern",
    "trial_text",
    "publication_text",
    "record_mention",
    "trial_mention",
    "trial_is_msc",
    "trial_organ",
    "scope_override_state",
    "trial_scope",
}

MSC = "Mesenchymal stromal cells"

# (title, condition, intervention, summary) → organs or the reason it is put aside
IN_SCOPE = [
    ("Allogeneic MSC for Antibody-Mediated Rejection of Renal Allografts", "Rejection", MSC, "", "kidney"),
    (
        "Ciclosporin sparing with own marrow stromal cells",
        "Transplantation, Kidney",
        "Marrow stromal cells",
        "",
        "kidney",
    ),
    ("hUC-MSC in LDLT", "Liver Failure", "hUC-MSC", "", "liver"),
    ("Wharton's jelly cells and orthotopic hepatic transplantation", "Graft loss", "WJ-MSC", "", "liver"),
    ("Cell therapy after heart-lung transplantation", "", "Remestemcel-L", "", "heart;lung"),
    ("AMSC against cardiac allograft vasculopathy", "", "Adipose-derived stem cells", "", "heart"),
    ("BOS after double lung transplant: MSC", "Bronchiolitis obliterans", MSC, "", "lung"),
    ("Multivisceral graft recipients and MSC", "", MSC, "", "small_bowel"),
    ("MSC in intestinal transplantation", "", MSC, "", "small_bowel"),
    ("Terapia con MSC en trasplante renal", "", MSC, "", "kidney"),
    ("MSC dans la transplantation de foie", "", MSC, "", "liver"),
    ("MSC nach Nierentransplantation", "", MSC, "", "kidney"),
    ("MAPC for tolerance", "Operational tolerance", "MultiStem", "Given to recipients of a liver graft.", "liver"),
    ("MSC and subclinical rejection", "Graft rejection", MSC, "Kidney transplant recipients take part.", "kidney"),
    ("MSC during normothermic machine perfusion of donor kidneys", "Preservation", MSC, "", "kidney"),
    ("Ex vivo lung perfusion with MSC before transplantation", "", MSC, "", "lung"),
    ("Follow-up of living donor kidney recipients who had MSC", "", MSC, "", "kidney"),
    ("Simultaneous pancreas-kidney transplantation and MSC", "", MSC, "", "kidney;other"),
    ("MSC in children with a transplanted liver", "", MSC, "", "liver"),
    (
        "Adult progenitor cells from marrow after hepatic transplantation",
        "",
        "Multipotent progenitor cells",
        "",
        "liver",
    ),
]

PUT_ASIDE = [
    ("MSC for intestinal graft-versus-host disease", "GVHD", MSC, "", "hsct_or_gvhd"),
    ("MSC for liver GvHD after allo-HSCT", "", MSC, "", "hsct_or_gvhd"),
    ("MSC for bronchiolitis obliterans after HSCT", "GVHD of the lung", MSC, "", "hsct_or_gvhd"),
    ("MSC in engraftment failure", "Hematopoietic stem cell transplantation", MSC, "", "hsct_or_gvhd"),
    ("MSC as a bridge-to-transplant in heart failure", "Heart failure", MSC, "", "organ_disease_without_transplant"),
    ("MSC for patients awaiting lung transplantation", "Emphysema", MSC, "", "organ_disease_without_transplant"),
    ("MSC in cirrhosis", "On the liver transplant waiting list", MSC, "", "organ_disease_without_transplant"),
    (
        "MSC for decompensated cirrhosis: liver transplant-free survival",
        "",
        MSC,
        "",
        "organ_disease_without_transplant",
    ),
    (
        "MSC transplantation for kidney failure",
        "CKD",
        MSC,
        "No previous kidney transplantation.",
        "organ_disease_without_transplant",
    ),
    (
        "MSC transplantation in liver cirrhosis",
        "Cirrhosis",
        MSC,
        "An alternative to liver transplantation.",
        "organ_disease_without_transplant",
    ),
    ("MSC for ARDS", "ARDS", MSC, "MSC restored ex vivo perfused human lungs.", "organ_disease_without_transplant"),
    ("MSC with coronary artery bypass graft", "Ischemic heart disease", MSC, "", "organ_disease_without_transplant"),
    ("Islet transplantation with MSC", "Type 1 diabetes", MSC, "", "islet_or_vca_only"),
    ("Co-transplantation of islets and MSC", "Type 1 diabetes", MSC, "", "islet_or_vca_only"),
    ("MSC in hand transplantation", "", MSC, "", "islet_or_vca_only"),
    ("Osteochondral allograft with BMAC", "Cartilage injury", MSC, "", "other"),
    ("A bank of MSC: marrow donor protocol", "", MSC, "", "other"),
    ("Tregs in kidney transplantation", "", "Regulatory T cells", "", "not_msc_intervention"),
    (
        "Everolimus and fibrosis of the renal graft",
        "",
        "Everolimus",
        "Epithelial-to-mesenchymal transition is counted.",
        "epithelial_mesenchymal_transition",
    ),
    ("MSC for multiple sclerosis", "MS", MSC, "", "not_transplant_recipient"),
    ("Imatinib in gastrointestinal stromal tumours", "GIST", "Imatinib", "", "not_msc_intervention"),
]

BORDERLINE = [
    ("MSC exosomes after kidney transplantation", "", "MSC-derived exosomes", "", "vesicles_not_cells"),
    (
        "Secretome in solid organ transplant recipients",
        "",
        "Secretome of mesenchymal stem cells",
        "",
        "vesicles_not_cells",
    ),
    (
        "MSC in focal glomerulosclerosis",
        "FSGS",
        MSC,
        "Native disease, or recurring after kidney transplantation.",
        "mixed_population",
    ),
    ("Bone marrow stem cells in kidney transplantation", "", "Bone marrow stem cells", "", "unclear"),
    ("CELL-X in kidney transplantation", "", "CELL-X", "CELL-X are mesenchymal stromal cells.", "unclear"),
]

Record = tuple[str, str, str, str, str]


Decided = dict[str, tuple[str, str, str]]
"""Title → (decision, reason, organs)."""


def _decide(records: Iterable[Record], assets: Path) -> Decided:
    """What the rules, with the vocabulary below `assets`, make of invented records."""
    with duckdb.connect() as connection:
        create_all(connection)
        load_signed_files(connection, assets)
        for number, (title, condition, intervention, summary, _) in enumerate(records):
            nct_id = f"NCT9{number:07}"
            connection.execute(
                "INSERT INTO core.trial (nct_id, brief_title, brief_summary, study_type) VALUES (?, ?, ?, 'INTERVENTIONAL')",
                [nct_id, title, summary],
            )
            connection.execute(
                "INSERT INTO core.trial_condition (nct_id, condition_position, condition_text) VALUES (?, 1, ?)",
                [nct_id, condition],
            )
            connection.execute(
                "INSERT INTO core.trial_intervention (nct_id, intervention_position, intervention_name) VALUES (?, 1, ?)",
                [nct_id, intervention],
            )
        for file in in_build_order(read_folder(QUERIES, ("concept",))):
            if file.name.partition(".")[2] in NEEDED:
                connection.execute(f"CREATE TABLE {file.name} AS\n{file.text}")
        rows = connection.execute(
            "SELECT brief_title, CASE WHEN is_in_scope THEN 'include' WHEN is_borderline THEN 'borderline' ELSE 'exclude' END, "
            "reason_code, (SELECT string_agg(organ_code, ';' ORDER BY organ_code) FROM concept.trial_organ WHERE trial_organ.nct_id = trial.nct_id) "
            "FROM core.trial INNER JOIN concept.trial_scope USING (nct_id)"
        ).fetchall()
    return {title: (decision, reason or "", organs or "") for title, decision, reason, organs in rows}


@pytest.fixture(scope="module")
def decided() -> Decided:
    """All records above."""
    return _decide((*IN_SCOPE, *PUT_ASIDE, *BORDERLINE), ROOT)


def test_a_new_organ_needs_rows_in_two_lists_only(tmp_path: Path) -> None:
    """Before: another graft. After two rows in the vocabulary: an organ of the review, found by its words."""
    record = ("MSC and rejection of the grafted thymus", "", MSC, "", "thymus")
    assert _decide([record], ROOT)[record[0]][0] == "exclude"
    for folder in ("vocab", "curated"):
        shutil.copytree(ROOT / "warehouse" / folder, tmp_path / "warehouse" / folder)
    signed = "test,2026-11-21"
    for name, row in (
        ("organ", f"thymus,Thymus,9,true,Recipients of a thymus.,test,{signed}"),
        ("organ_word", f"thymus,organ,thym(?:us|ic),names the organ,{signed}"),
    ):
        with (tmp_path / "warehouse" / "vocab" / f"{name}.csv").open("a", encoding="utf-8") as lines:
            lines.write(row + "\n")
    assert _decide([record], tmp_path)[record[0]] == ("include", "", "thymus")


@pytest.mark.parametrize("record", IN_SCOPE, ids=lambda record: record[0])
def test_recipients_of_msc_are_in_scope_with_their_organ(decided: Decided, record: Record) -> None:
    assert decided[record[0]] == ("include", "", record[4])


@pytest.mark.parametrize("record", PUT_ASIDE, ids=lambda record: record[0])
def test_look_alikes_are_put_aside_with_their_reason(decided: Decided, record: Record) -> None:
    assert decided[record[0]][:2] == ("exclude", record[4])


@pytest.mark.parametrize("record", BORDERLINE, ids=lambda record: record[0])
def test_what_words_leave_open_waits_for_a_person(decided: Decided, record: Record) -> None:
    assert decided[record[0]][:2] == ("borderline", record[4])
