"""Labels against rules, on a warehouse small enough to count by hand."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from msc_harvest.errors import UsageError, WarehouseError
from msc_harvest.pipeline.comparing import near, range_in
from msc_harvest.pipeline.evaluation import Evaluation, as_dict, evaluate

TABLES = """
CREATE SCHEMA concept; CREATE SCHEMA vocab;
CREATE TABLE concept.trial_scope AS FROM (VALUES
    ('NCT1', TRUE, FALSE, NULL, 'kidney graft'), ('NCT2', TRUE, FALSE, NULL, 'lung graft'),
    ('NCT3', FALSE, TRUE, 'mixed_population', 'recurring'), ('NCT4', FALSE, FALSE, 'hsct_or_gvhd', 'gvhd'),
    ('NCT5', FALSE, FALSE, 'other', 'bone'), ('NCT6', TRUE, FALSE, NULL, 'liver graft')
) AS rows (nct_id, is_in_scope, is_borderline, reason_code, matched_text);
CREATE TABLE concept.trial_colour AS FROM (VALUES
    ('NCT1', 'red', 'crimson'), ('NCT1', 'blue', 'azure'), ('NCT2', 'not_stated', NULL), ('NCT3', 'green', 'lime')
) AS rows (nct_id, colour_code, matched_text);
CREATE TABLE concept.trial_weight AS FROM (VALUES
    ('NCT1', 1.005, 2.0, NULL, '1-2'), ('NCT2', 5.0, 5.0, NULL, '5'), ('NCT3', NULL, NULL, 1e-5, 'tiny')
) AS rows (nct_id, low, high, single, matched_text);
CREATE TABLE concept.trial_times AS FROM (VALUES ('NCT1', 1, 2), ('NCT2', 3, 3), ('NCT3', 1, 9)) AS rows (nct_id, least, most);
CREATE TABLE vocab.evaluation_field AS FROM (VALUES
    ('colour', 'colours', 1, 'concept.trial_colour', 'colour_code', NULL, 'codes', 'not_stated', 'include;borderline'),
    ('weight', 'weight_min', 2, 'concept.trial_weight', 'low', NULL, 'number', NULL, 'include;borderline'),
    ('weight', 'weight_max', 3, 'concept.trial_weight', 'high', NULL, 'number', NULL, 'include;borderline'),
    ('weight', 'weight_single', 4, 'concept.trial_weight', 'single', NULL, 'number', NULL, 'include;borderline'),
    ('times', 'times', 5, 'concept.trial_times', 'least', 'most', 'integer', NULL, 'include;borderline'),
    ('smell', 'smell', 6, 'concept.trial_smell', 'smell_code', NULL, 'codes', NULL, 'include'),
    ('taste', 'taste', 7, 'concept.trial_colour', 'colour_code', NULL, 'codes', NULL, 'include')
) AS rows (concept_name, label_column, sort_order, table_name, value_column, value_high_column, how, absent_code, decisions);
"""
LABELS = """nct_id,decision,reason_code,colours,weight_min,weight_max,weight_single,times,smell,unsure_fields
NCT1,include,,red;yellow,1,2,,1-2,sweet,
NCT2,include,,,4,5,,4,,times
NCT3,borderline,,green,,,0.00001,up to 9,,
NCT4,exclude,hsct_or_gvhd,,,,,,,
NCT5,exclude,not_transplant_recipient,,,,,,,
NCT6,exclude,other,,,,,,,
NCT7,include,,red,,,,,,
"""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six trials and three concepts; a fourth that evaluation_field names has no table yet."""
    path = tmp_path_factory.mktemp("evaluation") / "small.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
    return path


def _scored(warehouse: Path, folder: Path, labels: str = LABELS) -> Evaluation:
    sheet = folder / "labels.csv"
    sheet.write_text(labels, encoding="utf-8")
    return evaluate(warehouse, sheet)


def _counts(evaluation: Evaluation, concept: str) -> tuple[int, int, int, int, int]:
    result = next(one for one in evaluation.concepts if one.concept == concept)
    tally = result.tally
    return result.n_records, result.n_unsure, tally.true_positive, tally.false_positive, tally.false_negative


def test_scope_is_scored_on_includes_and_excludes(warehouse: Path, tmp_path: Path) -> None:
    scored = _scored(warehouse, tmp_path)
    tally = scored.scope.tally
    assert (tally.true_positive, tally.false_positive, tally.false_negative) == (2, 1, 0)
    assert scored.scope.n_records == 5
    assert scored.confusion["borderline", "borderline"] == 1
    assert scored.confusion["exclude", "include"] == 1
    assert [(one.nct_id, one.labelled, one.found, one.matched_text) for one in scored.scope.disagreements] == [
        ("NCT6", "exclude", "include", "liver graft")
    ]


def test_a_record_the_warehouse_does_not_hold_is_named_and_not_scored(warehouse: Path, tmp_path: Path) -> None:
    scored = _scored(warehouse, tmp_path)
    assert (scored.n_labels, scored.unknown) == (7, ("NCT7",))
    assert sum(scored.confusion.values()) == 6


def test_reasons_are_scored_over_labelled_exclusions(warehouse: Path, tmp_path: Path) -> None:
    scored = _scored(warehouse, tmp_path)
    tally = scored.reasons.tally
    assert (tally.true_positive, tally.false_positive, tally.false_negative) == (1, 1, 2)
    assert {code: one.value for code, one in scored.by_reason.items()} == {
        "hsct_or_gvhd": 1.0,
        "not_transplant_recipient": 0.0,
        "other": 0.0,
    }


def test_codes_are_compared_as_sets_and_nothing_stated_is_no_code(warehouse: Path, tmp_path: Path) -> None:
    assert _counts(_scored(warehouse, tmp_path), "colour") == (3, 0, 2, 1, 1)


def test_numbers_of_a_record_are_right_within_one_per_cent_and_together(warehouse: Path, tmp_path: Path) -> None:
    scored = _scored(warehouse, tmp_path)
    assert _counts(scored, "weight") == (3, 0, 2, 1, 1)
    apart = next(one for one in scored.concepts if one.concept == "weight").disagreements
    assert [(one.labelled, one.found, one.matched_text) for one in apart] == [
        ("weight_min=4 weight_max=5", "weight_min=5 weight_max=5", "5")
    ]


def test_unsure_labels_are_left_out(warehouse: Path, tmp_path: Path) -> None:
    assert _counts(_scored(warehouse, tmp_path), "times") == (2, 1, 2, 0, 0)


def test_what_cannot_be_scored_says_why(warehouse: Path, tmp_path: Path) -> None:
    scored = _scored(warehouse, tmp_path)
    states = {one.concept: one.state for one in scored.concepts}
    assert (states["smell"], states["taste"]) == ("not available", "not labelled")
    few = _scored(warehouse, tmp_path, "nct_id,decision\nNCT1,include\n")
    assert {one.state for one in few.concepts} == {"not labelled"}
    assert few.reasons.state == "not labelled"


def test_the_same_as_plain_data(warehouse: Path, tmp_path: Path) -> None:
    told = as_dict(_scored(warehouse, tmp_path))
    assert told["scope"]["recall"]["value"] == 1.0
    assert told["unknown"] == ["NCT7"]
    assert {"labelled": "exclude", "found": "include", "n": 1} in told["confusion"]


@pytest.mark.parametrize(
    ("labels", "complaint"),
    [
        ("nct_id,title\nNCT1,a\n", "no column decision"),
        ("title\na\n", "no column nct_id, decision"),
        ("nct_id,decision\nNCT1,maybe\n", "row 2: decision 'maybe'"),
        ("nct_id,decision\nNCT1,include\nNCT1,exclude\n", "row 3: nct_id 'NCT1' is missing or named twice"),
        ("nct_id,decision\n,include\n", "missing or named twice"),
    ],
)
def test_a_sheet_that_makes_no_sense_is_refused(warehouse: Path, tmp_path: Path, labels: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        _scored(warehouse, tmp_path, labels)


def test_missing_files_are_named(warehouse: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        evaluate(warehouse, tmp_path / "nowhere.csv")
    (tmp_path / "labels.csv").write_text("nct_id,decision\n", encoding="utf-8")
    with pytest.raises(WarehouseError, match="no warehouse"):
        evaluate(tmp_path / "nowhere.duckdb", tmp_path / "labels.csv")


def test_ranges_as_people_write_them() -> None:
    told = [range_in(text) for text in ("2", "1-2", "up to 9", "0.5", "not_stated", "")]
    assert told == [(2.0, 2.0), (1.0, 2.0), (1.0, 9.0), (0.5, 0.5), (None, None), (None, None)]


def test_near_needs_the_same_names() -> None:
    assert near((("a", 1.0, 2.0),), (("a", 1.01, 1.98),), 0.01)
    assert not near((("a", 1.0, 2.0),), (("b", 1.0, 2.0),), 0.01)
    assert not near((("a", 1.0, 2.0),), (("a", 1.02, 2.0),), 0.01)
    assert not near((), (("a", 1.0, 1.0),), 0.01)
