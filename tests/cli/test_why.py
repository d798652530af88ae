"""Every figure of the tables by organ walks home, and each kind of place is shown as it stands in its record."""

from __future__ import annotations

import argparse
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from msc_harvest.cli.why import why
from msc_harvest.errors import UsageError, WarehouseError
from msc_harvest.warehouse.walk import walk

Told = pytest.CaptureFixture[str]
BY_ORGAN = ("safety_by_organ", "efficacy_by_organ", "msc_with_hsc_by_organ")
TRIAL, STUDY = "NCT00658073", "tan_2012"


def rows(warehouse: Path, query: str) -> list[dict[str, Any]]:
    """Rows of a query as dictionaries."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.sql(query)
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def values(tree: dict[str, Any], *parts: str) -> Iterator[dict[str, Any]]:
    """All values below the studies of a walk."""
    for part in parts or ("studies",):
        for study in tree[part]:
            for arm in study["arms"]:
                yield from arm["values"]


def said(home: Path, told: Told, *what: str, as_json: bool = False) -> str:
    """What one command wrote to stdout."""
    told.readouterr()
    assert why(argparse.Namespace(home=str(home), what=list(what), json=as_json)) == 0
    return told.readouterr().out


def has_a_place(value: dict[str, Any]) -> bool:
    """The value stands on a cited line of a sheet, or at a place that is in the record we hold."""
    place = value["place"]
    if place["kind"] == "curated":
        return bool(place["citation"] and place["locator"] and place["line"] and place["entered_by"])
    return bool(place["is_found"] and place["version"] and (place["marked"] or place["json_pointer"]))


@pytest.mark.parametrize("view", BY_ORGAN)
def test_every_row_by_organ_walks_home(sample_warehouse: Path, view: str) -> None:
    """Every row, every figure of it: counts add up from values with a place, silent and registered studies are named."""
    all_rows = rows(sample_warehouse, f"SELECT * FROM out.{view}")
    trees = [
        tree
        for organ in sorted({row["organ_code"] for row in all_rows})
        for tree in walk(sample_warehouse, [view, f"organ={organ}"])
    ]
    assert len(trees) == len(all_rows) >= 10
    for tree in trees:
        row = tree["row"]
        named = [f"{name}={row[name]}" for name in ("organ_code", "outcome_code", "arm_role")]
        used = [value for value in values(tree) if value["is_used"]]
        assert all(has_a_place(value) for value in used), named
        assert len(tree["studies"]) == row["n_studies_reporting"], named
        assert len(tree["silent"]) == row["n_studies_silent"], named
        assert not [one for one in values(tree, "silent") if one["is_used"]], named
        arms = [
            arm for study in tree["studies"] for arm in study["arms"] if any(one["is_used"] for one in arm["values"])
        ]
        assert len(arms) == row["n_arms"], named
        # What was measured before the cells is no follow-up.
        times = [(one["timepoint_months"], one["outcome_kind"]) for one in used if one["timepoint_months"] is not None]
        months = [time for time, kind in times if kind == "count" or time > 0]
        assert (min(months, default=None), max(months, default=None)) == (
            row.get("followup_months_min", min(months, default=None)),
            row.get("followup_months_max", max(months, default=None)),
        ), named
        if row["n_at_risk"]:
            assert tree["sum"] == {"n_events": row["n_events"], "n_at_risk": row["n_at_risk"], "is_as_shown": True}, (
                named
            )
        else:
            assert tree["sum"] is None, named
        if not row["n_studies_with_report"]:
            assert tree["registered"] and all(one["records"] for one in tree["registered"]), named


def test_every_value_read_has_a_place_and_one_not_in_the_tables_says_why(sample_warehouse: Path) -> None:
    for study in rows(sample_warehouse, "SELECT DISTINCT study_id FROM evidence.arm_outcome"):
        [tree] = walk(sample_warehouse, [study["study_id"]])
        for value in values(tree):
            assert has_a_place(value) and value["is_used"] == (value["why_not"] is None), study


def test_rows_of_other_views_lead_to_their_studies(sample_warehouse: Path) -> None:
    """Every view whose rows name a study, a trial, a paper or an organ; the others say that they lead nowhere."""
    columns: dict[str, set[str]] = {}
    for one in rows(sample_warehouse, "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'out'"):
        columns.setdefault(one["table_name"], set()).add(one["column_name"])
    walked = set()
    columns.pop("preclinical_summary")
    for name, has in columns.items():
        names = ("study_id", "nct_id", "pmid", "record_id", "organ_code", "organ_name")
        key = next((one for one in names if one in has), "")
        first = rows(sample_warehouse, f'SELECT * FROM out."{name}" WHERE {key} IS NOT NULL LIMIT 1') if key else []
        if first:
            trees = walk(sample_warehouse, [name, f"{key}={first[0][key]}"])
            assert all(tree["studies"] or tree["records"] or tree["silent"] or tree["registered"] for tree in trees), (
                name
            )
            walked.add(name)
    assert {
        "trial_register",
        "study_register",
        "publication_register",
        "provenance",
        "arm_outcome",
        "summary_by_organ",
    } <= walked
    with pytest.raises(UsageError, match="leads to no single study"):
        walk(sample_warehouse, ["screening_flow", "box=identified"])


@pytest.fixture
def other_home(sample_home: Path, tmp_path: Path) -> Path:
    """A copy of the sample with two values of a register, one of which is not where it should be."""
    shutil.copy(sample_home / "msc_harvest.duckdb", tmp_path / "msc_harvest.duckdb")
    with duckdb.connect(str(tmp_path / "msc_harvest.duckdb")) as connection:
        for number, end in enumerate(("count", "nowhere/1")):
            connection.execute(
                "INSERT INTO evidence.arm_outcome BY NAME SELECT * REPLACE (NULL AS curated_line, NULL AS entered_by, "
                f"'posted {number}' AS value_id, 'registry' AS evidence_kind, 'clinicaltrials_gov' AS source, "
                f"'{TRIAL}' AS record_id, 'clinicaltrials_gov' AS archive_source, '{TRIAL}' AS archive_record_id, "
                f"'/protocolSection/designModule/enrollmentInfo/{end}' AS json_pointer, 'withheld' AS missing_reason) "
                f"FROM evidence.arm_outcome WHERE study_id = '{STUDY}' AND curated_line = 2"
            )
        connection.execute(
            f"INSERT INTO evidence.arm_outcome BY NAME SELECT * REPLACE (NULL AS curated_line, '{STUDY} extraction 7' AS "
            f"value_id) FROM evidence.arm_outcome WHERE study_id = '{STUDY}' AND curated_line = 2"
        )
    return tmp_path


def test_a_number_is_marked_in_its_sentence_and_a_pointer_shows_what_stands_there(
    other_home: Path, capsys: Told
) -> None:
    [tree] = walk(other_home / "msc_harvest.duckdb", [STUDY, "outcome=acute_rejection", "arm=msc"])
    kinds = {one["place"]["kind"] for one in values(tree)}
    assert kinds == {"curated", "abstract", "registry"}
    sheets = {(one["place"]["sheet"], one["place"]["line"]) for one in values(tree)}
    assert sheets >= {("warehouse/curated/arm_outcome.csv", 2), ("warehouse/curated/extraction.csv", 7)}
    abstract = next(one["place"] for one in values(tree) if one["place"]["kind"] == "abstract")
    assert abstract["is_found"] and abstract["marked"].isdigit()
    found, lost = sorted(
        (one["place"] for one in values(tree) if one["place"]["kind"] == "registry"),
        key=lambda one: not one["is_found"],
    )
    assert found["is_found"] and found["raw_text"].isdigit() and found["version"]["sha256"]
    assert not lost["is_found"] and lost["raw_text"] is None
    text = said(other_home, capsys, STUDY, "outcome=acute_rejection")
    assert f"{abstract['before']}«{abstract['marked']}»" in text and f"«{found['raw_text']}»" in text
    assert "beside: " in text and "not in the table: withheld" in text and "stands before it" in text
    assert "the place is not in the record we hold" in text and found["version"]["sha256"] in text


def test_an_estimate_leads_to_its_studies_and_their_values(
    sample_warehouse: Path, sample_home: Path, capsys: Told
) -> None:
    """Every stored estimate walks to exactly its studies; the numbers it pooled are values with a place."""
    (stored, *_) = found = rows(sample_warehouse, "SELECT * FROM synth.pooled_effect WHERE k > 1 ORDER BY estimate_id")
    for row in found[:6]:
        [tree] = walk(sample_warehouse, [row["estimate_id"]])
        assert tree["kind"] == "estimate" and tree["row"]["estimate"] == row["estimate"]
        assert {one["study_id"] for one in tree["studies"]} == set(row["study_ids"].split(";"))
        arms = [arm for study in tree["studies"] for arm in study["arms"] if arm["arm_role"] == "msc"]
        used = [value for arm in arms for value in arm["values"] if value["is_used"]]
        assert used and all(has_a_place(value) for value in used)
        assert sum(one["n_events"] for one in used) == row["n_events_msc"]
    text = said(sample_home, capsys, stored["estimate_id"])
    assert stored["statement"] in text and stored["method"] in text and "curated/arm_outcome.csv" in text


def test_an_unknown_estimate_is_refused_and_a_known_one_takes_nothing_beside(sample_warehouse: Path) -> None:
    with pytest.raises(UsageError, match="e1"):
        walk(sample_warehouse, ["e1"])
    [row] = rows(sample_warehouse, "SELECT estimate_id FROM synth.pooled_effect ORDER BY estimate_id LIMIT 1")
    with pytest.raises(UsageError, match=re.escape(f"did you mean {row['estimate_id']}")):
        walk(sample_warehouse, [f"{row['estimate_id']}n"])
    with pytest.raises(UsageError, match="one estimate; it takes no outcome=infection"):
        walk(sample_warehouse, [row["estimate_id"], "outcome=infection"])


@pytest.mark.parametrize("view", ["grade_imprecision", "sensitivity", "estimate_history"])
def test_a_row_about_an_estimate_leads_to_the_studies_of_that_estimate_alone(sample_warehouse: Path, view: str) -> None:
    [one] = rows(
        sample_warehouse,
        "SELECT estimate_id, study_ids FROM synth.pooled_effect WHERE k = 2 AND is_pooled AND is_default "
        f"AND estimate_id IN (SELECT estimate_id FROM out.{view}) ORDER BY estimate_id LIMIT 1",
    )
    for tree in walk(sample_warehouse, [view, f"estimate_id={one['estimate_id']}"]):
        assert ";".join(study["study_id"] for study in tree["studies"]) == one["study_ids"]


def test_what_a_study_has_and_was_not_asked_for_is_not_told_as_missing(sample_home: Path, capsys: Told) -> None:
    text = said(sample_home, capsys, STUDY, "outcome=graft_loss")
    assert "outcome values read of it is about what was asked" in text and "no outcome value has been read" not in text
    assert "no outcome value has been read of it" in said(sample_home, capsys, "NCT02472002")


def test_studies_and_records_by_their_names(sample_home: Path, capsys: Told) -> None:
    text = said(sample_home, capsys, STUDY)
    assert "line 2 of warehouse/curated/arm_outcome.csv" in text and "sha256" in text and "4/53, 7.5%" in text
    assert said(sample_home, capsys, TRIAL.lower()) == text and said(sample_home, capsys, STUDY.upper()) == text
    assert why(argparse.Namespace(home=str(sample_home), what=[STUDY], json=False)) == 0
    assert "no study counts it" in said(sample_home, capsys, "NCT02382874")
    assert "we do not hold this record" in said(
        sample_home, capsys, "safety_by_organ", "organ=lung", "outcome=patient_death"
    )


def test_no_report_is_a_walk_too(sample_home: Path, capsys: Told) -> None:
    text = said(sample_home, capsys, "safety_by_organ", "organ=heart", "outcome=patient_death", "arm=msc")
    assert "no clinical report" in text and "NCT02472002" in text and "registered: 1 study is registered" in text


def test_programs_get_one_object_with_the_same_tree(sample_home: Path, sample_warehouse: Path, capsys: Told) -> None:
    asked = ["out.safety_by_organ", "organ=kidney", "outcome=patient_death"]
    whole = json.loads(said(sample_home, capsys, *asked, as_json=True))
    assert whole.keys() == {"asked", "build_id", "data_origin", "walks"} and whole["asked"] == asked
    assert {one["row"]["arm_role"] for one in whole["walks"]} == {"msc", "control"}
    assert whole["walks"] == json.loads(json.dumps(walk(sample_warehouse, asked), default=str))
    keys = {"kind", "name", "row", "sum", "studies", "silent", "registered", "records"}
    assert whole["walks"][0].keys() == keys


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (["tan_2013"], "did you mean tan_2012"),
        (["safty_by_organ", "organ=kidney"], "did you mean safety_by_organ"),
        (["safety_by_organ"], "for example: organ_code="),
        (["safety_by_organ", "organ=kidny"], "organ_code=kidny; did you mean kidney?"),
        (
            ["safety_by_organ", "organ=heart", "arm=control"],
            "no row of safety_by_organ with organ=heart has arm_role=control",
        ),
        (["safety_by_organ", "outcom=x"], "no column 'outcom'; did you mean outcome_"),
        (["safety_by_organ", "kidney"], "column=value"),
        (["tan_2012", "outcome=death"], "no value has outcome_code=death"),
        (["\x1b[31m"], "no view, study"),
        (["preclinical_summary", "organ=kidney"], "leads to no single study"),
    ],
)
def test_what_is_not_there_is_said_in_one_line_with_what_is_near(
    sample_warehouse: Path, what: list[str], told: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(told)) as refused:
        walk(sample_warehouse, what)
    assert str(refused.value).isprintable() and refused.value.exit_code == 2


def test_without_a_warehouse_or_with_another_one_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no warehouse"):
        walk(tmp_path / "none.duckdb", [STUDY])
    with duckdb.connect(str(tmp_path / "old.duckdb")) as connection:
        connection.execute("CREATE SCHEMA study")
    with pytest.raises(WarehouseError, match="rebuild it"):
        walk(tmp_path / "old.duckdb", [STUDY])


def test_a_record_cannot_move_the_cursor(other_home: Path, capsys: Told) -> None:
    with duckdb.connect(str(other_home / "msc_harvest.duckdb")) as connection:
        connection.execute("UPDATE evidence.arm_outcome SET arm_label = 'MSC' || chr(27) || '[31m' || chr(10) || 'x'")
    text = said(other_home, capsys, STUDY)
    assert "\x1b" not in text and all(line.isprintable() for line in text.splitlines())
